// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/client';
import type { Incident, IncidentEntry } from '../api/types';
import { entryGroups, judge, mergeIncidents, timelineOf, type EntryGroup } from './merge';
import type { Job } from './queue';

function entry(number: number, kind: IncidentEntry['kind'], actor = 'ben'): IncidentEntry {
  const name = { zh: actor, en: actor };
  return {
    ...{ number, kind, at: '2026-11-21T10:00:00+08:00', event: '', label: name },
    ...{ actor: { id: actor, name, kind: 'person' }, from: [], to: [], reason: '', fields: {} },
  };
}
const job = { account: 'anna', version: 3 } as Job;
const conflict = (...meanwhile: IncidentEntry[]): ApiError =>
  new ApiError(409, '已有变化', [], { version: 5, meanwhile });

describe('judge', () => {
  it('goes on over messages, reminders and one’s own lines', () => {
    const error = conflict(
      entry(4, 'message', 'system/outbox'),
      entry(5, 'evidence', 'anna'),
      entry(6, 'step', 'anna'),
    );
    expect(judge(job, error)).toMatchObject({ way: 'again', version: 5 });
  });
  it('lets the person look at what others did', () => {
    for (const kind of ['step', 'note', 'alert'] as const) {
      expect(judge(job, conflict(entry(4, kind))).way).toBe('look');
    }
    expect(judge(job, conflict(entry(4, 'step'))).meanwhile).toHaveLength(1);
  });
  it('takes a conflict in which nothing happened for a no', () => {
    expect(judge(job, new ApiError(409, '没有证据')).way).toBe('no');
    expect(judge(job, conflict()).way).toBe('no');
  });
});

describe('mergeIncidents', () => {
  it('keeps the order and the newer version of each', () => {
    const one = (id: string, version: number): Incident => ({ id, version }) as Incident;
    const heard = new Map([
      ['a', one('a', 9)],
      ['b', one('b', 1)],
      ['z', one('z', 1)],
    ]);
    const merged = mergeIncidents([one('b', 2), one('a', 3), one('c', 1)], heard);
    expect(merged.map((each) => `${each.id}${each.version}`)).toEqual(['b2', 'a9', 'c1']);
  });
  it('keeps the words that events leave out', () => {
    const known = [{ id: 'a', version: 1, title: '边坡' } as Incident];
    const heard = new Map([['a', { id: 'a', version: 2 }]]);
    expect(mergeIncidents(known, heard)).toEqual([{ id: 'a', version: 2, title: '边坡' }]);
  });
});

describe('timelineOf', () => {
  const all = [entry(1, 'opened'), entry(3, 'note'), entry(2, 'evidence')];
  it('has the newest at the top, and all of them without a filter', () => {
    expect(timelineOf(all, new Set()).map((each) => each.number)).toEqual([3, 2, 1]);
  });
  it('shows what is asked for', () => {
    const files = new Set<EntryGroup>(['files']);
    expect(timelineOf(all, files).map((each) => each.number)).toEqual([2]);
  });
  it('leaves no kind of line without a group', () => {
    const kinds = Object.values(entryGroups).flat();
    expect(new Set(kinds).size).toBe(10);
    expect(kinds).toHaveLength(10);
  });
});
