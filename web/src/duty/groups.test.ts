// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { AlertGroup, Grant, Incident } from '../api/types';
import {
  boardOf,
  byLevel,
  incidentsByGroup,
  inOrder,
  isOverdue,
  levelsOf,
  overdueByUnit,
  passes,
  seesIncidents,
} from './groups';

const now = Date.parse('2026-06-01T03:00:00Z');
const at = (minutesAgo: number): string => new Date(now - minutesAgo * 60e3).toISOString();
function group(id: string, change: Partial<AlertGroup> = {}): AlertGroup {
  return {
    id,
    state: 'open',
    level: 'yellow',
    parent: null,
    cause: null,
    acknowledged: null,
    opened: at(10),
    changed: at(5),
    cleared: null,
    pack: 'slope',
    region: { code: '513428', label: { zh: '普格县', en: 'Puge' }, level: 'county' },
    ...change,
  } as AlertGroup;
}
function incident(id: string, change: Partial<Incident> = {}): Incident {
  return {
    id,
    group: null,
    light: 'green',
    due: null,
    closed: null,
    duplicate_of: null,
    paused: false,
    unit: { id: 'u', label: { zh: '县应急', en: 'Emergency' } },
    ...change,
  } as Incident;
}
const ids = (groups: AlertGroup[]) => groups.map((each) => each.id).join();

describe('order', () => {
  it('is level, then what nobody has, then the newest', () => {
    const all = [
      group('old', { opened: at(30) }),
      group('new'),
      group('had', { acknowledged: at(1), opened: at(1) }),
      group('red', { level: 'red', acknowledged: at(1) }),
      group('quiet', { level: 'red', state: 'quiet' }),
    ];
    expect(ids(inOrder(all))).toBe('red,new,old,had,quiet');
    expect(ids(inOrder([...all].reverse()))).toBe('red,new,old,had,quiet');
  });
});

describe('who has it', () => {
  it('follows a link to the incident that goes on', () => {
    const linked = incident('I-1', { group: 'g', duplicate_of: 'I-2' });
    expect(incidentsByGroup([linked, incident('I-2')]).get('g')?.id).toBe('I-2');
    expect(incidentsByGroup([linked]).has('g')).toBe(false);
  });
  it('is not known to those who cannot see the incidents of the place', () => {
    const grant = (role: Grant['role'], region: string): Grant => ({ role, region, unit: '' });
    expect(seesIncidents([], '513428')).toBe(false);
    expect(seesIncidents([grant('administrator', '')], '513428')).toBe(false);
    expect(seesIncidents([grant('unit', '513401')], '513428')).toBe(false);
    expect(seesIncidents([grant('unit', '5134')], '513428')).toBe(true);
    expect(seesIncidents([grant('duty_officer', 'panxi')], '513428')).toBe(true);
  });
});

describe('the board', () => {
  it('puts parts and consequences below, quiet and cleared ones apart', () => {
    const board = boardOf(
      [
        group('top'),
        group('part', { parent: 'top' }),
        group('follows', { cause: 'top' }),
        group('maintained', { state: 'quiet' }),
        group('gathers', { state: 'gathering', level: 'blue' }),
      ],
      [
        group('ended', { state: 'cleared', cleared: at(60) }),
        group('just', { state: 'cleared', cleared: at(2) }),
        group('yesterday', { state: 'cleared', cleared: at(24 * 60) }),
      ],
      now,
    );
    expect(ids(board.calling)).toBe('top,gathers');
    expect(ids(board.quiet)).toBe('maintained');
    expect(ids(board.cleared)).toBe('just,ended');
    expect(ids(board.under.get('top') ?? [])).toBe('follows,part');
  });
  it('does not lose a part whose whole is not known', () => {
    expect(ids(boardOf([group('part', { parent: 'gone' })], [], now).calling)).toBe('part');
  });
  it('counts what calls, and only that', () => {
    const all = [
      group('a', { level: 'red' }),
      group('b', { level: 'red', parent: 'a' }),
      group('c', { level: 'orange', state: 'gathering' }),
      group('d', { level: 'blue', acknowledged: at(1) }),
    ];
    expect(byLevel(all)).toEqual({ red: 1, orange: 0, yellow: 0, blue: 1 });
  });
  it('is filtered by place, pack and level', () => {
    const filter = { region: '', pack: '', levels: [] };
    expect(passes(group('a'), { ...filter, region: '5134' })).toBe(true);
    expect(passes(group('a'), { ...filter, region: '5104' })).toBe(false);
    expect(passes(group('a', { region: null }), { ...filter, region: '5134' })).toBe(false);
    expect(passes(group('a'), { ...filter, levels: ['red'] })).toBe(false);
    expect(passes(group('a'), { ...filter, pack: 'river' })).toBe(false);
  });
  it('gives a division its gravest level', () => {
    const levels = levelsOf([
      group('a'),
      group('b', { level: 'red' }),
      group('c', { level: 'blue' }),
    ]);
    expect(levels.get('513428')).toEqual({ level: 'red', count: 3 });
  });
});

describe('who has it', () => {
  it('is the incident that is worst off; duplicates do not count', () => {
    const found = incidentsByGroup([
      incident('I-1', { group: 'g' }),
      incident('I-2', { group: 'g', light: 'red' }),
      incident('I-3', { group: 'g', light: 'overdue', duplicate_of: 'I-1' }),
      incident('I-4'),
    ]);
    expect([...found].map(([key, each]) => [key, each.id])).toEqual([['g', 'I-2']]);
  });
  it('is late once the deadline is past, also without a word of it', () => {
    expect(isOverdue(incident('I', { due: at(1) }), now)).toBe(true);
    expect(isOverdue(incident('I', { due: at(-1) }), now)).toBe(false);
    expect(isOverdue(incident('I', { due: at(1), paused: true }), now)).toBe(false);
    expect(isOverdue(incident('I', { due: at(1), closed: at(0) }), now)).toBe(false);
  });
  it('is counted by unit, the most first', () => {
    const other = { id: 'v', label: { zh: '交通', en: 'Roads' } };
    const rows = overdueByUnit(
      [
        incident('a', { due: at(5) }),
        incident('b', { due: at(50), unit: other }),
        incident('c', { due: at(20), unit: other }),
        incident('d', { due: at(9), unit: null }),
        incident('e'),
      ],
      now,
    );
    expect(rows.map((row) => [row.unit?.id ?? '', row.count, row.longest / 60e3])).toEqual([
      ['v', 2, 50],
      ['', 1, 9],
      ['u', 1, 5],
    ]);
  });
});
