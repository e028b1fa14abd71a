// SPDX-License-Identifier: Apache-2.0
// Status by shape and word, so that colour is never the only bearer of a meaning.
import type { Severity, TargetStatus } from './api/types';

export interface Mark {
  shape: string;
  word: { zh: string; en: string };
}

export const statusMarks: Record<TargetStatus, Mark> = {
  reached: { shape: '●', word: { zh: '已达到', en: 'reached' } },
  on_track: { shape: '✓', word: { zh: '按进度', en: 'on track' } },
  behind: { shape: '▲', word: { zh: '落后', en: 'behind' } },
  no_data: { shape: '–', word: { zh: '无数据', en: 'no data' } },
};

export const statusOrder: readonly TargetStatus[] = ['behind', 'on_track', 'reached', 'no_data'];

export const severityMarks: Record<Severity, Mark> = {
  error: { shape: '✕', word: { zh: '错误', en: 'error' } },
  warning: { shape: '!', word: { zh: '疑点', en: 'warning' } },
  note: { shape: 'i', word: { zh: '提示', en: 'note' } },
};

export const severityOrder: readonly Severity[] = ['error', 'warning', 'note'];

/** "183/240": shown when not everything reported; null when all did or nothing was expected. */
export function partial(reported: number, expected: number): string | null {
  return expected > 0 && reported < expected ? `${reported}/${expected}` : null;
}
