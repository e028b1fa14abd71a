// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { screenful } from './rotation';

const rows = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('a screenful', () => {
  it('is everything where it fits, and then nothing turns', () => {
    for (const turn of [0, 1, 7]) {
      expect(screenful(rows(5), 5.9, turn, 2)).toEqual({ rows: rows(5), page: 1, pages: 1 });
    }
  });
  it('keeps the gravest and shows every other row once a round', () => {
    const seen: number[] = [];
    const { pages } = screenful(rows(20), 6, 0, 2);
    for (let turn = 0; turn < pages; turn++) {
      const screen = screenful(rows(20), 6, turn, 2);
      expect(screen.rows.slice(0, 2)).toEqual([0, 1]);
      expect(screen.rows.length).toBeLessThanOrEqual(6);
      seen.push(...screen.rows.slice(2));
    }
    expect(seen).toEqual(rows(20).slice(2));
    expect(screenful(rows(20), 6, pages, 2).page).toBe(1);
  });
  it('shows at least one row, and leaves room for turns', () => {
    expect(screenful(rows(3), 0, 1, 2)).toEqual({ rows: [1], page: 2, pages: 3 });
  });
});
