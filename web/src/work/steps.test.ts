// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Workflow } from '../api/types';
import { stepsOf, usualWay } from './steps';

type State = Workflow['states'][number];
const state = (
  id: string,
  kind: State['kind'] = 'atomic',
  parent: string | null = null,
): State => ({
  ...{ id, kind, parent, label: { zh: id, en: id } },
  ...{ pauses: id === 'paused', closed: kind === 'final', deadline: null },
});
const way = (from: string, ...to: string[]): Workflow['transitions'][number] => ({
  ...{ from, to, events: ['e'], label: { zh: '', en: '' }, by: [], guard: '' },
});
const label = { zh: '', en: '' };
/** Filed, a compound of handling and a pause, a check that may send back, closed; a link aside. */
const chart: Workflow = {
  ...{ id: 'w', version: 1, label },
  states: [
    state('open', 'compound'),
    state('filed', 'atomic', 'open'),
    state('work', 'compound', 'open'),
    state('handling', 'atomic', 'work'),
    state('paused', 'atomic', 'work'),
    state('last', 'history', 'work'),
    state('checking', 'atomic', 'open'),
    state('closed', 'final'),
    state('linked', 'final'),
  ],
  transitions: [
    way('open', 'linked'),
    way('filed', 'work'),
    way('filed', 'checking'),
    way('handling', 'checking'),
    way('work', 'paused'),
    way('paused', 'last'),
    way('checking', 'closed'),
    way('checking', 'filed'),
  ],
};
const to = (...ids: string[]) => ids.map((id) => ({ from: [], to: [{ id, label }] }));
const drawn = (now: string[], been: string[]): string[] =>
  stepsOf(chart, now, to(...been)).map((step) => `${step.id} ${step.state}`);

describe('usualWay', () => {
  it('is the longest forward way, without pauses and shortcuts', () => {
    expect(usualWay(chart)).toEqual(['filed', 'handling', 'checking', 'closed']);
  });
  it('needs no transitions', () => {
    expect(usualWay({ ...chart, transitions: [] })).toEqual(['filed']);
    expect(usualWay({ ...chart, states: [], transitions: [] })).toEqual([]);
  });
});

describe('stepsOf', () => {
  it('has the deadline of the nearest state around', () => {
    const within = (zh: string) => ({ within: '', label: { zh, en: zh }, calendar: 'c' });
    const states = chart.states.map((each) =>
      each.id === 'work' ? { ...each, deadline: within('3 天') } : each,
    );
    const steps = stepsOf({ ...chart, states }, ['handling'], []);
    expect(steps.map((step) => step.deadline?.zh ?? '')).toEqual(['', '3 天', '', '']);
  });
  it('tells what is past, now and next', () => {
    expect(drawn(['handling'], ['filed', 'handling'])).toEqual([
      ...['filed past', 'handling now', 'checking next', 'closed next'],
    ]);
  });
  it('shows a pause while it lasts, and a state off the way once it was entered', () => {
    expect(drawn(['paused'], ['filed', 'handling', 'paused'])).toEqual([
      ...['filed past', 'handling past', 'paused now', 'checking next', 'closed next'],
    ]);
    expect(drawn(['linked'], ['filed', 'linked'])).toContain('linked now');
  });
  it('begins again after a return', () => {
    expect(drawn(['filed'], ['filed', 'handling', 'checking', 'filed'])).toEqual([
      ...['filed now', 'handling next', 'checking next', 'closed next'],
    ]);
  });
  it('shows every active leaf of a parallel', () => {
    const parallel: Workflow = {
      ...{ id: 'p', version: 1, label },
      states: [
        state('both', 'parallel'),
        state('a', 'compound', 'both'),
        state('a1', 'atomic', 'a'),
        state('a2', 'atomic', 'a'),
        state('b', 'compound', 'both'),
        state('b1', 'atomic', 'b'),
      ],
      transitions: [way('a1', 'a2')],
    };
    const steps = stepsOf(parallel, ['a1', 'b1'], []);
    expect(steps.filter((step) => step.state === 'now').map((step) => step.id)).toEqual([
      ...['a1', 'b1'],
    ]);
  });
});
