// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { IncidentEntry } from '../api/types';
import { words, type Word } from '../words';
import { factsOf, reasonOf } from './facts';

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

describe('reasonOf', () => {
  const entry = (kind: string, actor: string, reason: string): IncidentEntry =>
    ({
      kind,
      reason,
      actor: { kind: actor },
      label: { zh: '到达现场', en: 'On site' },
    }) as unknown as IncidentEntry;

  it('says in one language what the program says in two', () => {
    const opened = entry('opened', 'system', '由告警立案 opened by an alert');
    expect(reasonOf(opened, 'zh')).toBe('由告警立案');
    expect(reasonOf(opened, 'en')).toBe('opened by an alert');
    const sent = entry('warning', 'person', '【演练】普格县 滑坡 EXERCISE Puge County: Landslide');
    expect(reasonOf(sent, 'zh')).toBe('【演练】普格县 滑坡');
  });
  it('says nothing twice', () => {
    expect(reasonOf(entry('step', 'person', '到达现场 On site'), 'zh')).toBe('');
  });
  it('leaves the words of people alone', () => {
    expect(reasonOf(entry('step', 'person', '更换 GPS module'), 'zh')).toBe('更换 GPS module');
    expect(reasonOf(entry('note', 'person', '已换 router'), 'en')).toBe('已换 router');
  });
});
