// SPDX-License-Identifier: Apache-2.0
// The board of who is on duty, as every part of the page sees it.
import { computed } from 'vue';
import type { AlertGroup, Channel, Incident } from '../api/types';
import { boardState, live, tick } from '../live/live';
import { account } from '../session';
import { calls as alertCalls } from '../severity';
import {
  boardOf,
  byLevel,
  calls,
  incidentsByGroup,
  inOrder,
  overdueByUnit,
  seesIncidents,
} from './groups';
import { healthOf } from './warn';

/** A clock that moves by the minute: what follows from it need not be reckoned every second. */
const minute = computed(() => Math.floor(tick.value / 60_000) * 60_000);

export const board = computed(() =>
  boardOf(live.groups.values(), live.cleared.values(), minute.value),
);
export const calling = computed<AlertGroup[]>(() =>
  inOrder([...live.groups.values()].filter(calls)),
);
export const counts = computed(() => byLevel(calling.value));
export const unacknowledged = computed(() =>
  calling.value.filter((group) => group.acknowledged === null),
);
const byGroup = computed(() => incidentsByGroup(live.incidents.values()));
export function incidentOf(group: AlertGroup): Incident | null {
  return byGroup.value.get(group.id) ?? null;
}
/** Whether "nobody has it" can be said of a place: for whom incidents are hidden it would be untrue. */
export function incidentsSeen(region: string): boolean {
  return seesIncidents(account.value?.grants ?? [], region);
}
const tenSeconds = computed(() => Math.floor(tick.value / 10_000) * 10_000);
export const overdue = computed(() => overdueByUnit(live.incidents.values(), tenSeconds.value));
export const overdueCount = computed(() =>
  overdue.value.reduce((sum, each) => sum + each.count, 0),
);
export const troubled = computed<Channel[]>(() =>
  [...live.channels.values()].filter((channel) => healthOf(channel) === 'trouble'),
);

/** How many call: groups, or single alerts where the server has no groups. */
export const callCount = computed(() =>
  boardState.value === 'ready'
    ? calling.value.length
    : [...live.open.values()].filter(alertCalls).length,
);
