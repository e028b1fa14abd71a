// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { partial, severityMarks, severityOrder, statusMarks, statusOrder } from './status';
import { words } from './words';

describe('marks', () => {
  it('tells every status and severity apart without colour', () => {
    const shapes = statusOrder.map((status) => statusMarks[status].shape);
    expect(new Set(shapes).size).toBe(4);
    expect(new Set(severityOrder.map((severity) => severityMarks[severity].shape)).size).toBe(3);
  });
});

describe('partial', () => {
  it('speaks up only when something is missing', () => {
    expect(partial(183, 240)).toBe('183/240');
    expect(partial(240, 240)).toBeNull();
    expect(partial(0, 0)).toBeNull();
  });
});

describe('words', () => {
  it('exist in both languages, take the same arguments, and do not shout', () => {
    for (const [key, [zh, en]] of Object.entries(words)) {
      const slots = (text: string): string[] => [...(text.match(/\{\d\}/g) ?? [])].sort();
      expect(zh.length * en.length, key).toBeGreaterThan(0);
      expect(slots(zh), key).toEqual(slots(en));
      expect(zh + en, key).not.toMatch(/[!！]/);
    }
  });
});
