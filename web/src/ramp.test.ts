// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { classify, classOf, colours, lightRamp } from './ramp';

describe('classify', () => {
  it('has nothing to say about nothing', () => {
    expect(classify([])).toBeNull();
    expect(classify([NaN, Infinity])).toBeNull();
  });
  it('makes one class of one value', () => {
    expect(classify([3, 3, 3])).toEqual({ breaks: [], least: 3, greatest: 3, single: [3] });
  });
  it('gives each of a few different values a class', () => {
    expect(classify([0, 0, 0, 1, 0, 2])).toMatchObject({ breaks: [1, 2], single: [0, 1, 2] });
  });
  it('takes round steps for evenly spread values', () => {
    const classes = classify([2, 11, 23, 31, 44, 52, 68, 77, 81, 97]);
    expect(classes?.breaks).toEqual([25, 50, 75]);
  });
  it('takes quantiles for skewed values, so that every class is used', () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000];
    const classes = classify(values);
    const used = new Set(values.map((value) => classOf(classes!, value)));
    expect(used.size).toBe(5);
  });
  it('puts every value in a class, ascending, at most five', () => {
    for (let seed = 1; seed < 200; seed++) {
      const values = Array.from({ length: (seed % 40) + 1 }, (_, i) => {
        return ((Math.sin(seed * 99 + i * 7) * 1e4) % 1) * 10 ** (seed % 7);
      });
      const classes = classify(values);
      expect(classes!.breaks.length).toBeLessThan(5);
      expect([...classes!.breaks].sort((a, b) => a - b)).toEqual(classes!.breaks);
      for (const value of values) {
        const index = classOf(classes!, value);
        expect(value < (classes!.breaks[index] ?? Infinity)).toBe(true);
        if (index > 0) expect(value >= classes!.breaks[index - 1]!).toBe(true);
      }
    }
  });
});

describe('colours', () => {
  it('spreads over the whole ramp', () => {
    expect(colours(lightRamp, 5)).toEqual([...lightRamp]);
    expect(colours(lightRamp, 2)).toEqual([lightRamp[0], lightRamp[4]]);
    expect(colours(lightRamp, 1)).toHaveLength(1);
  });
});
