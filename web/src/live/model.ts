// SPDX-License-Identifier: Apache-2.0
// What the page knows of the present: a state and the events that change it. No clock, no network.
import type {
  Alert,
  AlertGroup,
  AlertState,
  Channel,
  ClockEvent,
  Feed,
  FeedEvent,
  Incident,
  LiveIndicator,
  LiveReading,
  Revision,
  Warning,
} from '../api/types';
import type { StreamEvent } from './stream';

// A page that stays open for weeks must not grow: the oldest entries go first.
export const mostCells = 20_000; // Every indicator of a province's counties, and of some towns.
export const mostReadings = 5_000;
export const mostAlerts = 2_000;
export const mostEnded = 200;
export const mostSilent = 5_000;
export const mostRevisions = 200;
export const mostGroups = 2_000;
export const mostWarnings = 500;
export const mostIncidents = 1_000;
export const mostTail = 600; // As many points as a chart asks for.

export interface Point {
  at: string;
  value: number;
}

export interface LiveState {
  clock: ClockEvent | null;
  /** By `cellKey`. */
  cells: Map<string, LiveIndicator>;
  /** By `feedKey`. */
  readings: Map<string, LiveReading>;
  /** Pending, firing and clearing, by id. */
  open: Map<string, Alert>;
  /** Resolved and retracted ones that ended while the page was open. */
  ended: Map<string, Alert>;
  /** By `feedKey`. */
  silent: Map<string, Feed>;
  /** Groups of alerts that are not over, also those inside others. */
  groups: Map<string, AlertGroup>;
  /** Groups that are over, of the last hours. */
  cleared: Map<string, AlertGroup>;
  warnings: Map<string, Warning>;
  /** That are not closed. */
  incidents: Map<string, Incident>;
  channels: Map<string, Channel>;
  /** Oldest first, by a number that rises. */
  revisions: Map<number, Revision>;
  /** The newest points of the series that are drawn, by `feedKey`; only keys that are here grow. */
  tails: Map<string, Point[]>;
  /** Types of things of which readings came, with how many. */
  heard: Map<string, number>;
  /** Of the newest event. */
  lastId: string;
  /** Rises when what is shown must be asked for anew. */
  generation: number;
  /** Events that could not be read. */
  unread: number;
  revisionCount: number;
  /** Keys of alerts and feeds that events changed since `beginSeed`; null when none is under way. */
  touched: Set<string> | null;
}

/** The maps are made by the caller, who may want to watch them. */
export function emptyState(map: <K, V>() => Map<K, V> = () => new Map()): LiveState {
  return {
    clock: null,
    cells: map(),
    readings: map(),
    open: map(),
    ended: map(),
    silent: map(),
    groups: map(),
    cleared: map(),
    warnings: map(),
    incidents: map(),
    channels: map(),
    revisions: map(),
    tails: map(),
    heard: map(),
    lastId: '',
    generation: 0,
    unread: 0,
    revisionCount: 0,
    touched: null,
  };
}

export function cellKey(indicator: string, region: string): string {
  return `${indicator}|${region}`;
}
export function feedKey(feed: { thing: string; property: string }): string {
  return `${feed.thing}|${feed.property}`;
}

const openStates: readonly AlertState[] = ['pending', 'firing', 'clearing'];
export function isOpen(alert: Alert): boolean {
  return openStates.includes(alert.state);
}

/** Sets, and drops the entries that came longest ago. */
function put<K, T>(map: Map<K, T>, key: K, value: T, most: number): void {
  map.set(key, value);
  while (map.size > most) map.delete(map.keys().next().value as K);
}

function newer(next: Alert, known: Alert | undefined): boolean {
  if (known === undefined) return true;
  return next.log_position !== known.log_position
    ? next.log_position > known.log_position
    : next.revision >= known.revision;
}

export function putAlert(state: LiveState, alert: Alert): void {
  if (!newer(alert, state.open.get(alert.id) ?? state.ended.get(alert.id))) return;
  if (isOpen(alert)) {
    state.ended.delete(alert.id);
    put(state.open, alert.id, alert, mostAlerts);
  } else {
    state.open.delete(alert.id);
    put(state.ended, alert.id, alert, mostEnded);
  }
}

/** An older word never wins; what is over goes to the others that are. */
export function putGroup(state: LiveState, group: AlertGroup): void {
  const known = state.groups.get(group.id) ?? state.cleared.get(group.id);
  if (known !== undefined && known.revision > group.revision) return;
  const over = group.state === 'cleared';
  (over ? state.groups : state.cleared).delete(group.id);
  put(over ? state.cleared : state.groups, group.id, group, over ? mostEnded : mostGroups);
}

function putIncident(state: LiveState, incident: Incident): void {
  const known = state.incidents.get(incident.id);
  if (known !== undefined && known.version > incident.version) return;
  if (incident.closed !== null) state.incidents.delete(incident.id);
  // The stream does not tell its words, which not everybody may read: they stay as asked for.
  else put(state.incidents, incident.id, { ...known, ...incident }, mostIncidents);
}

function putWarning(state: LiveState, warning: Warning): void {
  const known = state.warnings.get(warning.id);
  if (known !== undefined && known.messages > warning.messages) return;
  put(state.warnings, warning.id, warning, mostWarnings);
}

/** One value a time, in order; a correction replaces. */
export function extend(tail: readonly Point[], time: string, value: number): Point[] {
  const at = Date.parse(time);
  let i = tail.length;
  while (i > 0 && Date.parse((tail[i - 1] as Point).at) > at) i--;
  const same = i > 0 && Date.parse((tail[i - 1] as Point).at) === at;
  const next = tail.slice();
  next.splice(same ? i - 1 : i, same ? 1 : 0, { at: time, value });
  return next.length > mostTail ? next.slice(next.length - mostTail) : next;
}

function putReading(state: LiveState, reading: LiveReading): void {
  const key = feedKey(reading);
  const tail = state.tails.get(key);
  if (tail !== undefined && reading.value !== null) {
    state.tails.set(key, extend(tail, reading.time, reading.value));
  }
  put(state.heard, reading.type, (state.heard.get(reading.type) ?? 0) + 1, 200);
  // Late data changes a series, not what is the case now.
  const known = state.readings.get(key);
  if (known !== undefined && Date.parse(known.time) > Date.parse(reading.time)) return;
  put(state.readings, key, reading, mostReadings);
}

const handlers: Record<string, (state: LiveState, data: never) => void> = {
  clock(state, data: ClockEvent) {
    state.clock = data;
  },
  indicator(state, data: LiveIndicator) {
    put(state.cells, cellKey(data.indicator, data.region), data, mostCells);
  },
  alert(state, data: Alert) {
    state.touched?.add(`alert ${data.id}`);
    putAlert(state, data);
  },
  reading: putReading,
  feed(state, data: FeedEvent) {
    const key = feedKey(data);
    state.touched?.add(`feed ${key}`);
    if (data.silent) put(state.silent, key, data, mostSilent);
    else state.silent.delete(key);
  },
  alert_group(state, data: AlertGroup) {
    state.touched?.add(`group ${data.id}`);
    putGroup(state, data);
  },
  warning(state, data: Warning) {
    state.touched?.add(`warning ${data.id}`);
    putWarning(state, data);
  },
  incident(state, data: Incident) {
    state.touched?.add(`incident ${data.id}`);
    putIncident(state, data);
  },
  channel(state, data: Channel) {
    state.touched?.add(`channel ${data.id}`);
    state.channels.set(data.id, data);
  },
  revision(state, data: Revision) {
    put(state.revisions, ++state.revisionCount, data, mostRevisions);
  },
};

/** Was `id` sent before `last`, or is it the same? Ids of another run of the server are not. */
export function seen(id: string, last: string): boolean {
  const parts = (text: string): RegExpExecArray | null => /^(.*?)(\d+)$/.exec(text);
  const [one, other] = [parts(id), parts(last)];
  if (one === null || other === null || one[1] !== other[1]) return id !== '' && id === last;
  return Number(one[2]) <= Number(other[2]);
}

/**
 * Applies one event. `reset`: the server could not continue after the last event, so everything
 * must be asked for again. `ignored`: seen before, or of a kind that a later version sends.
 */
export function apply(
  state: LiveState,
  event: StreamEvent,
): 'applied' | 'ignored' | 'reset' | 'unread' {
  if (event.name === 'reset') {
    state.cells.clear();
    state.readings.clear();
    for (const key of [...state.tails.keys()]) state.tails.set(key, []);
    state.lastId = event.id;
    state.generation++;
    return 'reset';
  }
  if (seen(event.id, state.lastId)) return 'ignored';
  const handler = handlers[event.name];
  if (handler === undefined) return 'ignored';
  try {
    handler(state, JSON.parse(event.data) as never);
  } catch {
    state.unread++;
    return 'unread';
  }
  if (event.id !== '') state.lastId = event.id;
  return 'applied';
}

/** To be called before what is open is asked for beside the stream. */
export function beginSeed(state: LiveState): void {
  state.touched = new Set();
}
/** What was asked for beside the stream; a part that could not be had is left as it was. */
export interface Seed {
  alerts?: readonly Alert[];
  silent?: readonly Feed[];
  groups?: readonly AlertGroup[];
  cleared?: readonly AlertGroup[];
  warnings?: readonly Warning[];
  incidents?: readonly Incident[];
  channels?: readonly Channel[];
}
/** Takes the answer in; what events changed meanwhile is newer and stays. */
export function seed(state: LiveState, found: Seed): void {
  const touched = state.touched ?? new Set<string>();
  state.touched = null;
  const byId = (each: { id: string }): string => each.id;
  if (found.alerts) replace(state.open, found.alerts, byId, 'alert', touched);
  if (found.silent) replace(state.silent, found.silent, feedKey, 'feed', touched);
  if (found.groups) replace(state.groups, found.groups, byId, 'group', touched);
  if (found.cleared) replace(state.cleared, found.cleared, byId, 'group', touched);
  if (found.warnings) replace(state.warnings, found.warnings, byId, 'warning', touched);
  if (found.incidents) replace(state.incidents, found.incidents, byId, 'incident', touched);
  if (found.channels) replace(state.channels, found.channels, byId, 'channel', touched);
}

function replace<T>(
  map: Map<string, T>,
  found: readonly T[],
  keyOf: (each: T) => string,
  kind: string,
  touched: ReadonlySet<string>,
): void {
  const keys = new Set(found.map(keyOf));
  for (const key of [...map.keys()]) {
    if (!keys.has(key) && !touched.has(`${kind} ${key}`)) map.delete(key);
  }
  for (const each of found) {
    if (!touched.has(`${kind} ${keyOf(each)}`)) map.set(keyOf(each), each);
  }
}
