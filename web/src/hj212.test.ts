// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Hj212Command } from './api/types';
import { factLines, factorName, fieldsOf, flagMark, orderOf, systemName } from './hj212';

const command = (given: Partial<Hj212Command>): Hj212Command => ({
  command: 'set_sampling',
  cn: '3016',
  label: { zh: '设置采样', en: 'Set sampling' },
  acts: true,
  needs: ['value', 'start'],
  takes: ['factor'],
  ...given,
});

test('codes are told in words, unknown ones as they are', () => {
  expect(systemName('32', 'zh')).toBe('地表水体环境污染源 · ST 32');
  expect(systemName('99', 'zh')).toBe('ST 99');
  expect(factorName('w01018', 'en')).toBe('COD');
  expect(factorName('w99999', 'en')).toBe('w99999');
  expect(flagMark('C', 'zh')).toBe('校准 (C)');
  expect(flagMark('Z', 'zh')).toBe('');
});

test('an order holds what was filled in, and nothing else', () => {
  expect(fieldsOf(command({})).map((each) => `${each.name}${each.needed ? '!' : ''}`)).toEqual([
    'value!',
    'start!',
    'factor',
  ]);
  expect(
    orderOf(command({}), { value: '2', start: '00:00', factor: ' ', password: 'abc123' }),
  ).toEqual({ command: 'set_sampling', value: 2, start: '00:00' });
});

test('times of a form are instants', () => {
  const given = command({ command: 'hours', needs: ['from', 'to'], takes: [] });
  const order = orderOf(given, { from: '2026-11-22T08:00', to: '2026-11-22T10:00' });
  expect(Date.parse(order.to ?? '') - Date.parse(order.from ?? '')).toBe(2 * 3600e3);
  expect(order.from).toBe(new Date('2026-11-22T08:00').toISOString());
});

test('what an instrument said of itself', () => {
  const lines = factLines(
    {
      realtime_interval_s: 60,
      minute_interval_min: 10,
      serials: [{ factor: 'w01018', serial: 'SN-1' }],
      sampling: [{ factor: 'w01018', start: '00:00:00', every_h: 2 }],
      info: [{ info: 'i13004', kind: 'parameter', factor: '', value: '168.0', at: null }],
    },
    'en',
  );
  expect(lines).toEqual([
    ['Real-time interval', '1 min'],
    ['Minute interval', '10 min'],
    ['Serial number · COD', 'SN-1'],
    ['Sampling · COD', 'every 2 h from 00:00:00'],
    ['Parameter i13004', '168.0'],
  ]);
});
