// SPDX-License-Identifier: Apache-2.0
// How the numbers of a claim are said, and which claims pass a filter.
import type { Claim, ClaimChange, ClaimNumber, TargetStatus } from './api/types';
import { bareNumber, opText } from './format';
import type { Lang } from './view';

/** `>50`, `100–200`, `初步建成`; without the unit, which has a column of its own. */
export function numberText(number: ClaimNumber | null, lang: Lang): string {
  if (number === null) return '';
  if (number.value === null) return number.text ?? '';
  const range = number.value_max === null ? '' : `–${bareNumber(number.value_max)}`;
  return `${opText(number.op, lang)}${bareNumber(number.value)}${range}`;
}

export function changeText(change: ClaimChange | null, lang: Lang): string {
  if (change === null) return '';
  const value = `${opText(change.op, lang)}${bareNumber(change.value)}`;
  if (change.kind === 'cagr') return lang === 'zh' ? `年均 ${value} %` : `${value} % a year`;
  return lang === 'zh' ? `累计 ${value}` : `${value} in all`;
}

export interface ClaimFilter {
  text: string;
  status: TargetStatus | '';
  class: 'expected' | 'binding' | '';
  place: Claim['place'] | '';
}

export const noFilter: ClaimFilter = { text: '', status: '', class: '', place: '' };

export function passes(claim: Claim, filter: ClaimFilter): boolean {
  const text = filter.text.trim().toLowerCase();
  const name = `${claim.label.zh} ${claim.label.en} ${claim.region_label.zh} ${
    claim.region_label.en
  } ${claim.id} ${claim.indicator}`.toLowerCase();
  return (
    (text === '' || name.includes(text)) &&
    (filter.status === '' || claim.status === filter.status) &&
    (filter.class === '' || claim.class === filter.class) &&
    (filter.place === '' || claim.place === filter.place)
  );
}

/** Indicators of what is reported, and those that the propagation models compute beside them. */
const computed: Record<string, string> = {
  village_5g_share: 'village_5g_coverage',
  village_4g_share: 'village_4g_coverage',
};
export function computedBeside(indicator: string | null): string | null {
  return indicator === null ? null : (computed[indicator] ?? null);
}
