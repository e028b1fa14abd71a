// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { splitAt } from './complaint';

describe('splitAt', () => {
  it('cuts at code points, not at UTF-16 units', () => {
    const cut = splitAt("name = '𠮷' + bad", { offset: 13, length: 3 });
    expect(cut).toEqual({ before: "name = '𠮷' + ", marked: 'bad', after: '' });
  });
  it('marks the whole word where only its beginning is known', () => {
    expect(splitAt('count(vilage) + 1', { offset: 6, length: 1 }).marked).toBe('vilage');
    expect(splitAt('count((', { offset: 5, length: 1 }).marked).toBe('(');
  });
  it('marks the end of a formula that ends too early', () => {
    expect(splitAt('count(', { offset: 6, length: 1 }).marked).toBe('▲');
  });
  it('marks nothing when there is no place', () => {
    expect(splitAt('count(', {}).marked).toBe('');
  });
});
