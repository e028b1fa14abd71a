// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Alert, AlertGroup, Feed, Incident, Warning } from '../api/types';
import { apply, beginSeed, emptyState, extend, mostRevisions, mostTail, seed } from './model';

const event = (id: string, name: string, data: unknown) => ({
  id,
  name,
  data: JSON.stringify(data),
});
function alert(id: string, state: Alert['state'], log_position: number): Alert {
  const ended = state === 'resolved' ? '2026-06-01T01:00:00Z' : null;
  return { id, state, log_position, revision: 0, ended } as Alert;
}
const feed = (thing: string) => ({ thing, property: 'p' }) as Feed;
const reading = (time: string, value: number) => ({
  thing: 'a',
  type: 'station',
  property: 'p',
  time,
  value,
});

describe('apply', () => {
  it('takes each event once, also after a resume that repeats some', () => {
    const state = emptyState();
    expect(apply(state, event('r-1', 'alert', alert('x', 'firing', 5)))).toBe('applied');
    expect(apply(state, event('r-2', 'alert', alert('x', 'resolved', 9)))).toBe('applied');
    expect(apply(state, event('r-1', 'alert', alert('x', 'firing', 5)))).toBe('ignored');
    expect(apply(state, event('r-2', 'alert', alert('x', 'resolved', 9)))).toBe('ignored');
    expect([state.open.size, state.ended.size, state.lastId]).toEqual([0, 1, 'r-2']);
    // Another run of the server counts from one again.
    expect(apply(state, event('s-1', 'alert', alert('y', 'firing', 12)))).toBe('applied');
    expect(state.open.has('y')).toBe(true);
  });
  it('never lets an older word of an alert win', () => {
    const state = emptyState();
    apply(state, event('r-1', 'alert', alert('x', 'resolved', 9)));
    apply(state, event('r-2', 'alert', alert('x', 'firing', 5)));
    expect([state.open.size, state.ended.get('x')?.state]).toEqual([0, 'resolved']);
  });
  it('keeps the newest reading, and a late one in its place in the series', () => {
    const state = emptyState();
    state.tails.set('a|p', []);
    apply(state, event('r-1', 'reading', reading('2026-06-01T02:00:00Z', 2)));
    apply(state, event('r-2', 'reading', reading('2026-06-01T01:00:00Z', 1)));
    apply(state, event('r-3', 'reading', reading('2026-06-01T02:00:00Z', 3)));
    expect(state.readings.get('a|p')?.value).toBe(3);
    expect(state.tails.get('a|p')?.map((point) => point.value)).toEqual([1, 3]);
    expect(state.tails.size).toBe(1);
  });
  it('forgets values on reset and asks for everything anew', () => {
    const state = emptyState();
    apply(state, event('r-7', 'reading', reading('2026-06-01T02:00:00Z', 2)));
    expect(apply(state, event('', 'reset', { reason: 'restart' }))).toBe('reset');
    expect([state.readings.size, state.generation, state.lastId]).toEqual([0, 1, '']);
    expect(apply(state, event('r-1', 'reading', reading('2026-06-01T03:00:00Z', 4)))).toBe(
      'applied',
    );
  });
  it('moves the clock without an id, and counts what it cannot read', () => {
    const state = emptyState();
    apply(state, event('r-4', 'alert', alert('x', 'firing', 5)));
    apply(state, event('', 'clock', { now: 'n', speed: 600, received: 1, rejected: 0 }));
    expect([state.clock?.speed, state.lastId]).toEqual([600, 'r-4']);
    expect(apply(state, { id: 'r-5', name: 'alert', data: '{' })).toBe('unread');
    expect(apply(state, event('r-6', 'weather', {}))).toBe('ignored');
    expect(state.unread).toBe(1);
  });
  it('stays within its bounds', () => {
    const state = emptyState();
    for (let i = 1; i <= mostRevisions + 50; i++) apply(state, event(`r-${i}`, 'revision', { i }));
    expect(state.revisions.size).toBe(mostRevisions);
    let tail = [] as ReturnType<typeof extend>;
    for (let i = 0; i < mostTail + 9; i++) tail = extend(tail, new Date(i * 1000).toISOString(), i);
    expect([tail.length, tail[0]?.value]).toEqual([mostTail, 9]);
  });
});

describe('seed', () => {
  it('replaces what was known, except what events changed meanwhile', () => {
    const state = emptyState();
    apply(state, event('r-1', 'alert', alert('gone', 'firing', 1)));
    apply(state, event('r-2', 'feed', { ...feed('old'), silent: true }));
    beginSeed(state);
    apply(state, event('r-3', 'alert', alert('ends', 'resolved', 4)));
    apply(state, event('r-4', 'alert', alert('starts', 'firing', 5)));
    apply(state, event('r-5', 'feed', { ...feed('back'), silent: false }));
    seed(state, {
      alerts: [alert('ends', 'firing', 2), alert('stays', 'firing', 3)],
      silent: [feed('back'), feed('mute')],
    });
    expect([...state.open.keys()].sort()).toEqual(['starts', 'stays']);
    expect([...state.silent.keys()]).toEqual(['mute|p']);
  });
});

const group = (id: string, state: AlertGroup['state'], revision: number) =>
  ({ id, state, revision }) as AlertGroup;

describe('what duty looks at', () => {
  it('never lets an older word of a group win, and moves what is over', () => {
    const state = emptyState();
    apply(state, event('r-1', 'alert_group', group('g', 'open', 3)));
    apply(state, event('r-2', 'alert_group', group('g', 'gathering', 1)));
    expect(state.groups.get('g')?.state).toBe('open');
    apply(state, event('r-3', 'alert_group', group('g', 'cleared', 4)));
    expect([state.groups.size, state.cleared.get('g')?.revision]).toEqual([0, 4]);
    // It may come back: the same group, worse than before.
    apply(state, event('r-4', 'alert_group', group('g', 'open', 5)));
    expect([state.groups.get('g')?.revision, state.cleared.size]).toEqual([5, 0]);
  });
  it('drops an incident that is closed, and keeps the newest of a chain of messages', () => {
    const state = emptyState();
    const incident = (version: number, closed: string | null) =>
      ({ id: 'I-1', version, closed }) as Incident;
    apply(state, event('r-0', 'incident', { ...incident(3, null), title: 'seen' }));
    apply(state, event('r-1', 'incident', incident(4, null)));
    expect(state.incidents.get('I-1')?.title).toBe('seen');
    apply(state, event('r-2', 'incident', incident(2, '2026-06-01T01:00:00Z')));
    expect(state.incidents.get('I-1')?.version).toBe(4);
    apply(state, event('r-3', 'incident', incident(5, '2026-06-01T01:00:00Z')));
    expect(state.incidents.size).toBe(0);
    apply(state, event('r-4', 'warning', { id: 'w', messages: 2 } as Warning));
    apply(state, event('r-5', 'warning', { id: 'w', messages: 1 } as Warning));
    expect(state.warnings.get('w')?.messages).toBe(2);
  });
  it('is seeded part by part; what could not be had stays', () => {
    const state = emptyState();
    apply(state, event('r-1', 'alert_group', group('old', 'open', 1)));
    apply(state, event('r-2', 'warning', { id: 'w', messages: 1 } as Warning));
    beginSeed(state);
    apply(state, event('r-3', 'alert_group', group('ends', 'cleared', 2)));
    seed(state, { groups: [group('ends', 'open', 1), group('new', 'open', 1)], cleared: [] });
    expect([...state.groups.keys()]).toEqual(['new']);
    expect([...state.cleared.keys()]).toEqual(['ends']);
    expect(state.warnings.has('w')).toBe(true);
  });
});
