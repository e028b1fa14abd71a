// SPDX-License-Identifier: Apache-2.0
// What a line of the record knows beyond its reason, in words.
import type { IncidentEntry } from '../api/types';
import type { Word } from '../words';

export interface Says {
  t: (word: Word, ...args: (string | number)[]) => string;
  unit: (id: string) => string;
}
/** Told elsewhere on the line, or of use to programs only. */
const silent = new Set([
  'file',
  'sha256',
  'type',
  'id',
  'state',
  'origin',
  'kind',
  'region',
  'text',
  'message',
]);
const levels = ['blue', 'yellow', 'orange', 'red'];
const roles: Record<string, Word> = {
  supervisor: 'role_supervisor',
  leader: 'role_leader',
  checker: 'role_checker',
  'duty-officer': 'role_duty_officer',
};
const topics = ['warning', 'alert', 'incident', 'answer', 'test'];
const verdicts: Record<string, Word> = {
  true_alarm: 'verdict_true_alarm',
  false_alarm: 'verdict_false_alarm',
  test: 'verdict_test',
};
const plain: Record<string, Word> = {
  unit: 'field_unit',
  of: 'entry_link',
  duplicate: 'entry_link',
  place: 'field_place',
  group: 'entryGroup',
  parent: 'entryParent',
  warning: 'entry_warning',
  by: 'entryBy',
  name: 'file',
};

export function factsOf(entry: IncidentEntry, says: Says): string[] {
  const { t } = says;
  const out: string[] = [];
  for (const [key, value] of Object.entries(entry.fields)) {
    if (value === '' || value === entry.reason || silent.has(key)) continue;
    if (key === 'level' && levels.includes(value)) {
      const before = entry.fields['before'] ?? value;
      const now = t(`level_${value}` as Word);
      out.push(
        before === value || !levels.includes(before)
          ? t('entryLevel', now)
          : t('entryLevels', t(`level_${before}` as Word), now),
      );
    } else if (key === 'before') continue;
    else if (key === 'firing') out.push(t('entryFiring', value));
    else if (key === 'things') out.push(t('entryThings', value));
    else if (key === 'deliveries') out.push(t('entryDeliveries', value));
    else if (key === 'role') out.push(t('entryTo', roles[value] ? t(roles[value]) : value));
    else if (key === 'to') out.push(t('entryTo', says.unit(value)));
    else if (key === 'topic') {
      out.push(topics.includes(value) ? t(`topic_${value}` as Word) : value);
    } else if (key === 'refusal') out.push(value);
    else if (key === 'verdict') out.push(verdicts[value] ? t(verdicts[value]) : value);
    else if (key === 'unit') out.push(`${t('field_unit')}: ${says.unit(value)}`);
    else out.push(`${plain[key] === undefined ? key : t(plain[key])}: ${value}`);
  }
  return out;
}

/** What the program itself says stands in both languages, Chinese first; what people wrote is theirs. */
const own = new Set(['opened', 'evidence', 'alert', 'warning', 'escalation', 'message']);
const bilingual = /^(.*[^\x20-\x7e]) ([\x20-\x7e]*[A-Za-z]{2}[\x20-\x7e]*)$/u;

/** Empty where it only repeats what the line is called. */
export function reasonOf(entry: IncidentEntry, lang: 'zh' | 'en'): string {
  const reason = entry.reason ?? '';
  const { zh, en } = entry.label;
  if (reason === `${zh} ${en}` || reason === zh || reason === en) return '';
  if (entry.actor.kind !== 'system' && !own.has(entry.kind)) return reason;
  const both = bilingual.exec(reason);
  return (lang === 'zh' ? both?.[1] : both?.[2]) ?? reason;
}
