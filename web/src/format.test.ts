// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import {
  unlinked,
  bareNumber,
  planUnit,
  ageText,
  dateText,
  daysBetween,
  exact,
  opText,
  parts,
  quantity,
  rangeText,
  unitText,
} from './format';

/** Narrow no-break spaces are hard to read in a test. */
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

describe('quantity', () => {
  it('says large counts in 万 and 亿 in Chinese', () => {
    expect(plain(quantity(6070562, '{person}', 'zh'))).toBe('607.1 万人');
    expect(plain(quantity(123456789, '{person}', 'zh'))).toBe('1.235 亿人');
    expect(plain(quantity(9999, '{person}', 'zh'))).toBe('9999 人');
  });
  it('says them in k, M and bn in English', () => {
    expect(plain(quantity(6070562, '{person}', 'en'))).toBe('6.071 M people');
    expect(plain(quantity(2377, '{village}', 'en'))).toBe('2377 villages');
    expect(plain(quantity(12345678901, '1', 'en'))).toBe('12.35 bn');
  });
  it('keeps the scale that a plan prints in Chinese and dissolves it in English', () => {
    expect(plain(quantity(1.7, '万个', 'zh'))).toBe('1.7 万个');
    expect(plain(quantity(1.7, '万个', 'en'))).toBe('17,000');
    expect(plain(quantity(0.16, '万个', 'en'))).toBe('1600');
    expect(plain(quantity(40.5, '亿元', 'zh'))).toBe('40.5 亿元');
    expect(plain(quantity(40.5, '亿元', 'en'))).toBe('4.05 bn CNY');
    expect(plain(quantity(0.11, '亿', 'en'))).toBe('11 M');
  });
  it('leaves the scale where the number would be a small part of it', () => {
    expect(plain(quantity(0.0952, '万个', 'zh'))).toBe('952 个');
    expect(plain(quantity(0.000722, '亿户', 'zh'))).toBe('7.22 万户');
    expect(parts(0.06, '万个', 'zh')).toEqual({ number: '0.06', unit: '万个' });
  });
  it('never scales a measured unit', () => {
    expect(plain(quantity(123456, 'kW', 'zh'))).toBe('123,456 kW');
    expect(plain(quantity(35.25, 'ug/m3', 'en'))).toBe('35.25 µg/m³');
  });
  it('shows the digits the indicator asks for, and otherwise four', () => {
    expect(quantity(1.3, '1', 'zh', 2)).toBe('1.30');
    expect(plain(quantity(41.23456, '%', 'zh', 1))).toBe('41.2 %');
    expect(plain(quantity(41.23456, '%', 'zh'))).toBe('41.23 %');
    expect(quantity(0.000123456, '1', 'en')).toBe('0.0001235');
  });
  it('shows a missing value as a dash and never as zero', () => {
    expect(quantity(null, '%', 'zh')).toBe('–');
    expect(plain(quantity(0, '%', 'zh'))).toBe('0 %');
  });
  it('writes a true minus sign', () => {
    expect(plain(quantity(-3.5, '%', 'en'))).toBe('\u22123.5 %');
  });
  it('leaves number and unit apart for tables', () => {
    expect(parts(6070562, '{person}', 'zh')).toEqual({ number: '607.1', unit: '万人' });
  });
  it('does not scale what stands in a column with a unit of its own', () => {
    expect(bareNumber(70000)).toBe('70,000');
    expect(bareNumber(0.0722)).toBe('0.0722');
    expect(planUnit('万个', 'zh')).toBe('万个');
    expect(planUnit('亿元', 'en')).toBe('×10⁸ CNY');
    expect(planUnit('万', 'en')).toBe('×10⁴');
    expect(planUnit('1', 'zh')).toBe('');
    expect(plain(exact(1.7, '万个', 'en'))).toBe('1.7 ×10⁴');
  });
  it('keeps every digit in the exact form', () => {
    expect(plain(exact(6070562, '{person}', 'zh'))).toBe('6070562 人');
  });
});

describe('rangeText', () => {
  it('says the unit once', () => {
    expect(plain(rangeText(122900, 180000, '{person}', 'zh'))).toBe('12.3 – 18 万人');
  });
  it('says one number where the ends are the same', () => {
    expect(plain(rangeText(99.99, 100, '%', 'zh'))).toBe('100 %');
  });
  it('says it twice where the ends differ in scale', () => {
    expect(plain(rangeText(900, 180000, '{person}', 'zh'))).toBe('900 人 – 18 万人');
  });
});

describe('unitText', () => {
  it('translates and drops the braces of annotations', () => {
    expect(unitText('{port}', 'en')).toBe('port');
    expect(unitText('万户', 'zh')).toBe('万户');
    expect(unitText('户', 'en')).toBe('households');
    expect(unitText('1', 'zh')).toBe('');
    expect(unitText('{person}/km2', 'zh')).toBe('人/km²');
    expect(unitText('个/{person}', 'zh')).toBe('个/人');
    expect(unitText('{station}/(100.km2)', 'en')).toBe('stations/(100 km²)');
    expect(unitText('部/百人', 'en')).toBe('per 100 people');
    expect(unitText('mm/h', 'en')).toBe('mm/h');
  });
});

describe('dates', () => {
  it('shows moments in UTC+8', () => {
    expect(dateText('2020-06-30T20:00:00Z', 'zh')).toBe('2020-07-01 04:00');
    expect(dateText('2020-06-30', 'zh')).toBe('2020-06-30');
    expect(dateText(null, 'zh')).toBe('–');
  });
  it('counts days, a year meaning its last', () => {
    expect(daysBetween('2020', '2021-01-01')).toBe(1);
    expect(daysBetween('2020-12-31', '2020-12-31')).toBe(0);
    expect(daysBetween('nonsense', '2020-12-31')).toBeNull();
  });
  it('says an age in the unit people would use', () => {
    expect(ageText(1886, 'zh')).toBe('5 年');
    expect(ageText(90, 'en')).toBe('2 months');
    expect(ageText(1, 'en')).toBe('1 day');
  });
});

describe('unlinked', () => {
  it('reads a link as its text', () => {
    expect(unlinked('MIT ([text](../MIT.txt)), kept')).toBe('MIT (text), kept');
  });
});

describe('opText', () => {
  it('prints bounds as signs', () => {
    expect(opText('>=', 'zh')).toBe('≥');
    expect(opText('~', 'zh')).toBe('约');
    expect(opText('=', 'zh')).toBe('');
  });
});
