// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import type { ThingProperty } from './api/types';
import { mainSeries } from './mainSeries';

const one = (id: string, series: boolean, formula: string | null, unit = 'mm') =>
  ({ id, series, formula, unit }) as ThingProperty;

it('draws the compared series with its threshold, or what a derived one is made of', () => {
  const all = [one('rain', true, null), one('rain_3d', false, 'sum(rain, 3d)')];
  expect(mainSeries('rain > 9.8 mm', all)).toEqual({ property: 'rain', threshold: 9.8 });
  expect(mainSeries('rain > 9.8 cm', all)).toEqual({ property: 'rain', threshold: null });
  expect(mainSeries('rain_3d > 88.9 mm - 0.67 * rain_15d', all)).toEqual({
    property: 'rain',
    threshold: null,
  });
  expect(mainSeries('wind > 3', all)).toBe(null);
});
