// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Incident } from '../api/types';
import { distanceKm, nearest } from './near';

describe('distanceKm', () => {
  it('knows a degree of latitude, and that meridians meet', () => {
    expect(distanceKm({ lon: 102, lat: 27 }, { lon: 102, lat: 28 })).toBeCloseTo(111.2, 1);
    expect(distanceKm({ lon: 102, lat: 60 }, { lon: 103, lat: 60 })).toBeCloseTo(55.6, 1);
  });
});

describe('nearest', () => {
  const one = (id: string, lat: number | null, opened = '2026-01-01'): Incident =>
    ({ id, opened, position: lat === null ? null : { lon: 102, lat } }) as Incident;
  it('has the nearest first, and those of no place last', () => {
    const some = [one('none', null), one('far', 29), one('near', 27.1)];
    const found = nearest(some, { lon: 102, lat: 27 });
    expect(found.map(({ incident }) => incident.id)).toEqual(['near', 'far', 'none']);
    expect(found[2]?.km).toBeNull();
  });
  it('has the newest first where no place is known', () => {
    const some = [one('old', 27, '2026-01-01'), one('new', 29, '2026-02-01')];
    expect(nearest(some, null).map(({ incident }) => incident.id)).toEqual(['new', 'old']);
  });
});
