// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { IncidentEntry } from '../api/types';
import { words, type Word } from '../words';
import { factsOf } from './facts';

const says = {
  t: (word: Word, ...args: (string | number)[]): string =>
    words[word][0].replace(/\{(\d)\}/g, (_, i: string) => String(args[Number(i)] ?? '')),
  unit: (id: string): string => (id === '5134-water' ? '凉山州水利局' : id),
};
const facts = (fields: Record<string, string>, reason = ''): string[] =>
  factsOf({ fields, reason } as unknown as IncidentEntry, says);

describe('factsOf', () => {
  it('tells how an alert changed', () => {
    expect(facts({ level: 'orange', before: 'yellow', firing: '3', things: '2' })).toEqual([
      ...['黄 → 橙', '3 条告警中', '2 处'],
    ]);
    expect(facts({ level: 'red', before: 'red' })).toEqual(['红']);
  });
  it('tells whom a message went to', () => {
    expect(facts({ topic: 'incident', to: '5134-water', deliveries: '2' })).toEqual([
      ...['事件任务', '给 凉山州水利局', '2 个渠道'],
    ]);
    expect(facts({ role: 'supervisor', state: 'work', id: 'x' })).toEqual(['给 督办人']);
  });
  it('names units, and keeps what it does not know', () => {
    expect(facts({ unit: '5134-water', depth: '3 m' })).toEqual([
      '单位: 凉山州水利局',
      'depth: 3 m',
    ]);
  });
  it('says nothing twice', () => {
    expect(facts({ text: '已处理', file: 'ab', place: '同一处' }, '同一处')).toEqual([]);
  });
});
