// SPDX-License-Identifier: Apache-2.0
// What came meanwhile, laid together with what the person has seen and done.
import type { ApiError } from '../api/client';
import type { Incident, IncidentConflict, IncidentEntry } from '../api/types';
import type { Job, Verdict } from './queue';

/** Lines that change what a person would decide: what others did or said, and graver alerts. */
export function matters(entry: IncidentEntry, account: string): boolean {
  if (entry.actor.id === account) return false;
  return ['step', 'note', 'link', 'alert'].includes(entry.kind);
}

/** What a 409 means for the job that got it. */
export function judge(job: Job, error: ApiError): Verdict {
  const { version, meanwhile } = error.body as Partial<IncidentConflict>;
  const entries = meanwhile ?? [];
  if (typeof version !== 'number' || entries.length === 0) {
    return { way: 'no', version: job.version, meanwhile: [] };
  }
  const way = entries.some((entry) => matters(entry, job.account)) ? 'look' : 'again';
  return { way, version, meanwhile: entries };
}

/**
 * Incidents of a page with what events told since; each once, the newer version wins. Events say
 * nothing that might be personal: title and words stay as they were.
 */
export function mergeIncidents(
  page: readonly Incident[],
  heard: ReadonlyMap<string, Partial<Incident>>,
): Incident[] {
  return page.map((one) => {
    const other = heard.get(one.id);
    return (other?.version ?? 0) > one.version ? { ...one, ...other } : one;
  });
}

/** Which kinds of lines the filter of the timeline shows together. */
export const entryGroups = {
  steps: ['opened', 'step', 'refused', 'link'],
  words: ['note'],
  files: ['evidence'],
  alerts: ['alert', 'warning'],
  messages: ['message', 'escalation'],
} as const satisfies Record<string, readonly IncidentEntry['kind'][]>;
export type EntryGroup = keyof typeof entryGroups;

export function groupOf(kind: IncidentEntry['kind']): EntryGroup {
  for (const [group, kinds] of Object.entries(entryGroups)) {
    if ((kinds as readonly string[]).includes(kind)) return group as EntryGroup;
  }
  return 'messages';
}
export function timelineOf(
  entries: readonly IncidentEntry[],
  shown: ReadonlySet<EntryGroup>,
): IncidentEntry[] {
  return entries
    .filter((entry) => shown.size === 0 || shown.has(groupOf(entry.kind)))
    .sort((a, b) => b.number - a.number);
}
