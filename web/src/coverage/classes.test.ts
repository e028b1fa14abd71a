// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { CoverageClass } from '../api/types';
import { classText, dbm, rate } from './classes';

const classes = [-95, -110, -120, null].map((least_dbm) => ({ least_dbm }) as CoverageClass);

describe('classes of received power', () => {
  it('say their bounds', () => {
    expect(classes.map((_, i) => classText(classes, i))).toEqual([
      '≥ −95 dBm',
      '−95 … −110 dBm',
      '−110 … −120 dBm',
      '< −120 dBm',
    ]);
  });
  it('say nothing without bounds', () => {
    expect(classText([{ least_dbm: null } as CoverageClass], 0)).toBe('');
  });
});

describe('figures of a link', () => {
  it('carry their unit and a true minus', () => {
    expect(dbm(-103.26, 1)).toBe('−103.3 dBm');
    expect(rate(12345)).toBe('12.3 Mbit/s');
    expect(rate(870.4)).toBe('870 kbit/s');
    expect(rate(0)).toBe('0 kbit/s');
  });
});
