// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Claim, ClaimNumber } from './api/types';
import { changeText, computedBeside, noFilter, numberText, passes } from './claims';

const number = (change: Partial<ClaimNumber>): ClaimNumber => {
  return { year: 2025, value: 50, value_max: null, op: '=', text: null, ...change };
};

describe('numbers of a claim', () => {
  it('keeps bounds, ranges and words', () => {
    expect(numberText(number({ op: '>' }), 'zh')).toBe('>50');
    expect(numberText(number({ value_max: 60 }), 'zh')).toBe('50–60');
    expect(numberText(number({ value: null, text: '初步建成' }), 'zh')).toBe('初步建成');
    expect(numberText(number({ value: 70000 }), 'zh')).toBe('70,000');
    expect(numberText(number({ value: 40.5 }), 'en')).toBe('40.5');
    expect(numberText(null, 'zh')).toBe('');
  });
  it('says what kind of change is stated', () => {
    expect(changeText({ value: 4.3, op: '>=', kind: 'cagr' }, 'zh')).toBe('年均 ≥4.3 %');
    expect(changeText({ value: 1.54, op: '=', kind: 'cumulative' }, 'en')).toBe('1.54 in all');
  });
});

describe('the filter', () => {
  const claim = {
    id: 'bs5g',
    indicator: 'bs5g',
    label: { zh: '5G基站数', en: '5G base stations' },
    region_label: { zh: '攀西', en: 'Panxi' },
    status: 'behind',
    class: 'binding',
    place: 'table',
  } as Claim;
  it('finds names in both languages, whatever the case', () => {
    expect(passes(claim, { ...noFilter, text: 'BASE' })).toBe(true);
    expect(passes(claim, { ...noFilter, text: '基站' })).toBe(true);
    expect(passes(claim, { ...noFilter, text: 'fibre' })).toBe(false);
  });
  it('wants all of its conditions', () => {
    expect(passes(claim, { ...noFilter, status: 'behind', class: 'binding' })).toBe(true);
    expect(passes(claim, { ...noFilter, status: 'behind', class: 'expected' })).toBe(false);
    expect(passes(claim, { ...noFilter, place: 'text' })).toBe(false);
  });
});

describe('what is computed beside a claim', () => {
  it('is known for the shares of villages alone', () => {
    expect(computedBeside('village_5g_share')).toBe('village_5g_coverage');
    expect(computedBeside('bs5g')).toBeNull();
    expect(computedBeside(null)).toBeNull();
  });
});
