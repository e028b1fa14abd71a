// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { LinkProfile } from '../api/types';
import { clearance, linesOf } from './profile';

function profile(points: Partial<LinkProfile['points']>): LinkProfile {
  return {
    points: {
      distance_km: [0, 1, 2],
      terrain_m: [1000, 1040, 1000],
      bulge_m: [0, 0.1, 0],
      ray_m: [1030, 1016, 1002],
      fresnel_m: [0, 10, 0],
      ...points,
    },
  } as LinkProfile;
}

describe('the lines of a profile', () => {
  it('carry the curve of the earth under the ground', () => {
    const lines = linesOf(profile({}));
    expect(lines.ground).toEqual([
      [0, 1000],
      [1, 1040.1],
      [2, 1000],
    ]);
    expect(lines.sea[1]).toEqual([1, 0.1]);
    expect(lines.low[1]).toEqual([1, 1006]);
    expect(lines.high[1]).toEqual([1, 1026]);
    expect([lines.least, lines.greatest]).toEqual([1000, 1040.1]);
  });
  it('stand without points', () => {
    expect(linesOf(profile({ distance_km: [] })).ground).toEqual([]);
  });
});

describe('clearance', () => {
  it('is negative where the ground cuts the ray', () => {
    const worst = clearance(profile({}));
    expect(worst?.km).toBe(1);
    expect(worst?.part).toBeCloseTo(-2.41, 2);
  });
  it('is above one over free ground, and nothing without a zone', () => {
    expect(clearance(profile({ terrain_m: [0, 0, 0] }))?.part).toBeGreaterThan(1);
    expect(clearance(profile({ fresnel_m: [0, 0, 0] }))).toBeNull();
  });
});
