// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Indicator, RegionIndicator } from './api/types';
import { group, isPart } from './groups';

const item = (id: string, pack: string, value: number | null, aim = false): RegionIndicator =>
  ({ id, pack, value, target: aim ? {} : null }) as RegionIndicator;
const indicator = (id: string, formula: string | null): Indicator => ({ id, formula }) as Indicator;

const catalogue = [
  indicator('bs5g', 'coalesce(bs5g_registered, bs5g_reported)'),
  indicator('bs5g_registered', "count(base_station where tech = '5g')"),
  indicator('bs5g_reported', null),
  indicator('bs5g_share', 'bs5g / bs_total'),
];

describe('isPart', () => {
  it('knows an ingredient by name and by use', () => {
    expect(isPart('bs5g_registered', catalogue)).toBe(true);
    expect(isPart('bs5g_share', catalogue)).toBe(false);
    expect(isPart('bs5g', catalogue)).toBe(false);
  });
});

describe('group', () => {
  const groups = group(
    [
      item('worst_aqi', 'air', null),
      item('stations', 'air', 3),
      item('bs5g_registered', 'telecom', 1617),
      item('bs5g_share', 'telecom', 5),
      item('bs5g', 'telecom', 1617, true),
    ],
    catalogue,
  );
  const ids = (list: RegionIndicator[] | undefined): string[] =>
    (list ?? []).map((each) => each.id);
  it('puts targets first, in packs and inside them', () => {
    expect(groups.map((each) => each.pack)).toEqual(['telecom', 'air']);
    expect(ids(groups[0]?.shown)).toEqual(['bs5g', 'bs5g_share']);
  });
  it('folds away ingredients and what has no value, and loses nothing', () => {
    expect(ids(groups[0]?.parts)).toEqual(['bs5g_registered']);
    expect(ids(groups[1]?.silent)).toEqual(['worst_aqi']);
  });
  it('shows an ingredient that has a target of its own', () => {
    const [only] = group([item('bs5g_registered', 'telecom', 1, true)], catalogue);
    expect(ids(only?.shown)).toEqual(['bs5g_registered']);
  });
});
