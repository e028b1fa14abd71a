// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { ValueRow } from './api/types';
import { toCsv } from './csv';

const row: ValueRow = {
  region: '513437',
  label: { zh: '雷波县', en: 'Leibo, "county"' },
  level: 'county',
  position: null,
  value: -1.5,
  unit: '%',
  reported: 183,
  expected: 240,
  estimated: true,
  data_date: '2020-12-31',
  reason: null,
  target: null,
  gap: null,
  status: null,
};

describe('toCsv', () => {
  it('quotes what needs it, and begins with the mark that spreadsheets look for', () => {
    const lines = toCsv([row]).split('\r\n');
    expect(lines[0]?.startsWith('\uFEFFregion,name_zh')).toBe(true);
    expect(lines[1]).toBe(
      '513437,雷波县,"Leibo, ""county""",county,-1.5,%,183,240,true,2020-12-31,',
    );
  });
  it('leaves a missing value empty and says why', () => {
    const line = toCsv([{ ...row, value: null, reason: 'no_data' }]).split('\r\n')[1];
    expect(line).toContain(',county,,%,');
    expect(line?.endsWith(',no_data')).toBe(true);
  });
  it('does not hand a spreadsheet a formula', () => {
    expect(toCsv([{ ...row, label: { zh: '=1+1', en: 'x' } }])).toContain(",'=1+1,");
  });
});
