// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { isFiltered, readFilter, writeFilter } from './filter';

describe('the filter of incidents', () => {
  it('begins with one’s own where one only handles', () => {
    expect(readFilter({}, true).mine).toBe(true);
    expect(readFilter({}, false).mine).toBe(false);
    expect(readFilter({ mine: 'no' }, true).mine).toBe(false);
    expect(readFilter({ unit: '513428-water' }, true).mine).toBe(false);
  });
  it('comes back from the address as it was', () => {
    const filter = {
      ...{ mine: false, unit: 'u', kind: 'slope', light: 'red' as const },
      ...{ open: 'all' as const, q: '滑坡' },
    };
    expect(readFilter(writeFilter(filter), true)).toEqual(filter);
  });
  it('takes nothing that it does not know', () => {
    const read = readFilter({ light: 'purple', open: 'maybe', q: 'x'.repeat(300) }, false);
    expect([read.light, read.open, read.q.length]).toEqual(['', 'true', 100]);
  });
  it('knows when something is left out', () => {
    expect(isFiltered(readFilter({ mine: 'yes' }, false))).toBe(false);
    expect(isFiltered(readFilter({ q: 'a' }, false))).toBe(true);
  });
});
