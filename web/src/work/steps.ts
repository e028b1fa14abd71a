// SPDX-License-Identifier: Apache-2.0
// A workflow as a line of steps, whatever its chart: the longest way that only goes forward, the
// states off that way only while, or after, the incident was in them.
import type { IncidentEntry, Text, Workflow } from '../api/types';

type State = Workflow['states'][number];
export interface Step {
  id: string;
  label: Text;
  state: 'past' | 'now' | 'next';
  /** Off the usual way: a pause, a link to another. */
  aside: boolean;
  deadline: Text | null;
}

function leavesOf(chart: Workflow): State[] {
  const parents = new Set(chart.states.map((state) => state.parent));
  return chart.states.filter((state) => {
    return (state.kind === 'atomic' || state.kind === 'final') && !parents.has(state.id);
  });
}

/** The leaf that is entered with a state: itself, or the first inside. */
function entered(chart: Workflow, id: string): string {
  const state = chart.states.find((each) => each.id === id);
  if (state === undefined) return id;
  if (state.kind === 'history' || state.kind === 'deep_history') {
    return state.parent === null ? id : entered(chart, state.parent);
  }
  const child = chart.states.find(
    (each) => each.parent === id && each.kind !== 'history' && each.kind !== 'deep_history',
  );
  return child === undefined ? id : entered(chart, child.id);
}

function isWithin(chart: Workflow, id: string, above: string): boolean {
  let at: string | null = id;
  while (at !== null) {
    if (at === above) return true;
    at = chart.states.find((each) => each.id === at)?.parent ?? null;
  }
  return false;
}

/** The longest chain of leaves in which every transition leads further down the file. */
export function usualWay(chart: Workflow): string[] {
  const leaves = leavesOf(chart);
  const rank = new Map(leaves.map((leaf, i) => [leaf.id, i]));
  const edges = leaves.map(() => new Set<number>());
  for (const transition of chart.transitions) {
    for (const leaf of leaves.filter((each) => isWithin(chart, each.id, transition.from))) {
      const from = rank.get(leaf.id) ?? 0;
      for (const target of transition.to) {
        const to = rank.get(entered(chart, target));
        if (to !== undefined && to > from) edges[from]?.add(to);
      }
    }
  }
  const best: number[][] = leaves.map(() => []);
  for (let i = leaves.length - 1; i >= 0; i--) {
    let longest: number[] = [];
    for (const next of [...(edges[i] ?? [])].sort((a, b) => a - b)) {
      const way = best[next] ?? [];
      if (leaves[next]?.pauses !== true && way.length > longest.length) longest = way;
    }
    best[i] = [i, ...longest];
  }
  return (best[0] ?? []).map((i) => leaves[i]?.id ?? '');
}

/** Its own, or that of the nearest state around it. */
function deadlineOf(chart: Workflow, state: State): Text | null {
  if (state.deadline !== null) return state.deadline.label;
  const above = chart.states.find((each) => each.id === state.parent);
  return above === undefined ? null : deadlineOf(chart, above);
}

export function stepsOf(
  chart: Workflow,
  now: readonly string[],
  entries: readonly Pick<IncidentEntry, 'from' | 'to'>[],
): Step[] {
  const way = usualWay(chart);
  const been = new Set(entries.flatMap((entry) => entry.to.map((state) => state.id)));
  const furthest = Math.max(-1, ...now.map((id) => way.indexOf(id)));
  return leavesOf(chart)
    .filter((leaf) => way.includes(leaf.id) || now.includes(leaf.id) || been.has(leaf.id))
    .map((leaf) => {
      const at = way.indexOf(leaf.id);
      const gone = been.has(leaf.id) || (at >= 0 && at < furthest);
      // After a return what lies further on is ahead once more.
      const ahead = at >= 0 && furthest >= 0 && at > furthest;
      return {
        id: leaf.id,
        label: leaf.label,
        state: now.includes(leaf.id) ? 'now' : gone && !ahead ? 'past' : 'next',
        aside: at < 0,
        deadline: deadlineOf(chart, leaf),
      };
    });
}
