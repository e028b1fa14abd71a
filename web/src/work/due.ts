// SPDX-License-Identifier: Apache-2.0
// Time that is left, as people say it.
import type { Lang } from '../view';

export type Light = 'green' | 'yellow' | 'red' | 'overdue';
/** The most urgent first. */
export const lights: readonly Light[] = ['overdue', 'red', 'yellow', 'green'];

const minute = 60e3;
const hour = 60 * minute;
const day = 24 * hour;

/** "1 小时 20 分", "3 天 4 小时", "不到 1 分钟": two units at most, the second only when it tells. */
export function spanWords(ms: number, lang: Lang): string {
  const size = Math.abs(ms);
  const zh = lang === 'zh';
  if (size < minute) return zh ? '不到 1 分钟' : 'less than a minute';
  if (size < hour) {
    const minutes = Math.floor(size / minute);
    return zh ? `${minutes} 分钟` : `${minutes} min`;
  }
  if (size < 2 * day) {
    const hours = Math.floor(size / hour);
    const minutes = Math.floor((size % hour) / minute);
    // Beyond half a day nobody counts minutes.
    const rest = minutes === 0 || hours >= 12 ? '' : zh ? ` ${minutes} 分` : ` ${minutes} min`;
    return `${hours} ${zh ? '小时' : 'h'}${rest}`;
  }
  const days = Math.floor(size / day);
  const hours = Math.floor((size % day) / hour);
  const rest = hours === 0 || days >= 7 ? '' : ` ${hours} ${zh ? '小时' : 'h'}`;
  return `${days} ${zh ? '天' : 'days'}${rest}`;
}

/** "还剩 1 小时 20 分" or "逾期 3 小时"; empty without a deadline. */
export function dueWords(due: string | null, now: number, lang: Lang): string {
  if (due === null) return '';
  const at = Date.parse(due);
  if (Number.isNaN(at)) return '';
  const left = at - now;
  const span = spanWords(left, lang);
  if (left >= 0) return lang === 'zh' ? `还剩 ${span}` : `${span} left`;
  return lang === 'zh' ? `逾期 ${span}` : `overdue by ${span}`;
}

/** "12 分钟前", "3 天 4 小时前". */
export function agoWords(at: string, now: number, lang: Lang): string {
  const passed = now - Date.parse(at);
  if (!Number.isFinite(passed)) return '–';
  if (passed < minute) return lang === 'zh' ? '刚刚' : 'just now';
  const span = spanWords(passed, lang);
  return lang === 'zh' ? `${span}前` : `${span} ago`;
}
