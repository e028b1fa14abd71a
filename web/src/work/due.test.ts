// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { agoWords, dueWords, spanWords } from './due';

const now = Date.parse('2026-11-21T10:00:00+08:00');
const after = (minutes: number): string => new Date(now + minutes * 60e3).toISOString();

describe('dueWords', () => {
  it('says what is left in two units', () => {
    expect(dueWords(after(80), now, 'zh')).toBe('还剩 1 小时 20 分');
    expect(dueWords(after(80), now, 'en')).toBe('1 h 20 min left');
    expect(dueWords(after(60), now, 'zh')).toBe('还剩 1 小时');
    expect(dueWords(after(0.5), now, 'zh')).toBe('还剩 不到 1 分钟');
  });
  it('says by how much it is late', () => {
    expect(dueWords(after(-180), now, 'zh')).toBe('逾期 3 小时');
    expect(dueWords(after(-3 * 24 * 60 - 250), now, 'en')).toBe('overdue by 3 days 4 h');
  });
  it('says nothing without a deadline', () => {
    expect(dueWords(null, now, 'zh')).toBe('');
    expect(dueWords('soon', now, 'zh')).toBe('');
  });
});

describe('spanWords', () => {
  it('drops the second unit where nobody counts it', () => {
    expect(spanWords(13 * 3600e3 + 25 * 60e3, 'zh')).toBe('13 小时');
    expect(spanWords(9 * 86400e3 + 5 * 3600e3, 'zh')).toBe('9 天');
    expect(spanWords(47 * 3600e3, 'en')).toBe('47 h');
    expect(spanWords(48 * 3600e3, 'en')).toBe('2 days');
  });
});

describe('agoWords', () => {
  it('tells the present from the past', () => {
    expect(agoWords(after(0), now, 'zh')).toBe('刚刚');
    expect(agoWords(after(-12), now, 'zh')).toBe('12 分钟前');
    expect(agoWords('never', now, 'zh')).toBe('–');
  });
});
