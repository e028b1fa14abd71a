// SPDX-License-Identifier: Apache-2.0
// The present, as every part of the page sees it: one stream, applied once a frame.
import {
  computed,
  onScopeDispose,
  ref,
  shallowReactive,
  shallowReadonly,
  shallowRef,
  watch,
} from 'vue';
import { ApiError, get } from '../api/client';
import type { Alert, AlertGroup, Feed, LiveIndicator, LiveReading, LiveStatus } from '../api/types';
import { loadSession, may, signedIn, who } from '../session';
import { Connection, type Link } from './connection';
import {
  apply,
  beginSeed,
  cellKey,
  emptyState,
  feedKey,
  mostAlerts,
  mostEnded,
  mostGroups,
  mostIncidents,
  mostWarnings,
  putGroup as putInto,
  seed,
  type Point,
  type Seed,
} from './model';
import type { StreamEvent } from './stream';

const state = shallowReactive(emptyState(<K, V>() => shallowReactive(new Map<K, V>())));
const link = shallowRef<Link>({ state: 'connecting', since: 0, next: null });
const status = shallowRef<LiveStatus | null>(null);
const tick = ref(Date.now());
const heardAt = ref(0);
const seedFailed = ref(false);
/** Whether groups are known: a server without them is not one that fails. */
export type BoardState = 'loading' | 'ready' | 'absent' | 'failed';
const board = ref<BoardState>('loading');
const boardError = shallowRef<ApiError | null>(null);
const clockAt = ref(0); // Local time at which the engine's clock was told.
const rate = ref<number | null>(null);

export const live = shallowReadonly(state);
export { link, status as liveStatus, tick, heardAt, seedFailed, rate as perSecond };
export { board as boardState, boardError };

/** Is there an engine whose word is fresh? */
export const isLive = computed(() => {
  return link.value.state === 'live' && status.value?.running !== false;
});
/** Were values live that are not any more? They are shown with their age. */
export const frozen = computed(() => link.value.state === 'lost' && heardAt.value > 0);

/** The engine's clock in milliseconds; it stands still while nothing is heard. */
export const engineNow = computed<number | null>(() => {
  const { clock } = state;
  if (clock === null) return null;
  const passed = (frozen.value ? heardAt.value : tick.value) - clockAt.value;
  return Date.parse(clock.now) + Math.max(0, passed) * clock.speed;
});

export function cellOf(indicator: string, region: string): LiveIndicator | null {
  return state.cells.get(cellKey(indicator, region)) ?? null;
}
export function readingOf(thing: string, property: string): LiveReading | null {
  return state.readings.get(feedKey({ thing, property })) ?? null;
}

/** What a person's own action answered: shown before the stream repeats it. */
export function putGroup(group: AlertGroup): void {
  putInto(state, group);
}

const followers = new Map<string, number>();
function followSeries(key: string): () => void {
  followers.set(key, (followers.get(key) ?? 0) + 1);
  if (!state.tails.has(key)) state.tails.set(key, []);
  return () => {
    const left = (followers.get(key) ?? 1) - 1;
    if (left > 0) followers.set(key, left);
    else {
      followers.delete(key);
      state.tails.delete(key);
    }
  };
}
/** The points of a series that come while the calling scope lives; `key` may change. */
export function useTail(key: () => { thing: string; property: string } | null) {
  const name = computed(() => {
    const now = key();
    return now === null ? '' : feedKey(now);
  });
  let leave: (() => void) | null = null;
  watch(
    name,
    (now) => {
      leave?.();
      leave = now === '' ? null : followSeries(now);
    },
    { immediate: true },
  );
  onScopeDispose(() => leave?.());
  return computed<readonly Point[]>(() => state.tails.get(name.value) ?? []);
}

const listeners = new Map<string, Set<(data: never) => void>>();
/** Calls `job` with the data of every event of a kind, after it was applied; answers the way to stop. */
export function onTopic<T>(name: string, job: (data: T) => void): () => void {
  const own = listeners.get(name) ?? new Set();
  listeners.set(name, own);
  const entry = job as (data: never) => void;
  own.add(entry);
  return () => void own.delete(entry);
}
function tell(event: StreamEvent): void {
  for (const job of listeners.get(event.name) ?? []) {
    try {
      job(JSON.parse(event.data) as never);
    } catch (error) {
      console.error(event.name, error); // One listener's mistake is not the others' loss.
    }
  }
}

const mostWaiting = 5_000; // A hidden page gets no frames; then a batch is applied when it is full.
let waiting: StreamEvent[] = [];
let scheduled = false;

function applyAll(): void {
  scheduled = false;
  const batch = waiting;
  waiting = [];
  let reset = false;
  for (const event of batch) {
    const before = state.clock;
    const outcome = apply(state, event);
    reset ||= outcome === 'reset';
    if (event.name === 'clock' && outcome === 'applied') measure(before?.received ?? null);
    if (outcome === 'applied' && listeners.has(event.name)) tell(event);
  }
  if (reset) void fill();
}

/** Observations a second, between two words of the clock. */
function measure(before: number | null): void {
  const now = Date.now();
  const passed = (now - clockAt.value) / 1000;
  const received = state.clock?.received ?? 0;
  // An engine that was started anew counts from zero.
  if (before !== null && passed >= 1 && passed < 60 && received >= before) {
    rate.value = (received - before) / passed;
  }
  clockAt.value = now;
}

function take(events: StreamEvent[]): void {
  waiting.push(...events);
  if (waiting.length > mostWaiting) applyAll();
  if (scheduled) return;
  scheduled = true;
  if (document.visibilityState === 'visible') requestAnimationFrame(applyAll);
  else setTimeout(applyAll, 500);
}

/** What duty looks at; each part by itself, and only what the person may see. */
async function askBoard(): Promise<Seed> {
  // A question that is refused would stand in the audit trail.
  await loadSession();
  const [groups, cleared, warnings, incidents, channels] = await Promise.allSettled([
    get('/v1/alert-groups', { query: { open: true, limit: mostGroups } }),
    get('/v1/alert-groups', { query: { open: false, limit: mostEnded } }),
    signedIn.value ? get('/v1/warnings', { query: { limit: mostWarnings } }) : null,
    may('read_incidents')
      ? get('/v1/incidents', { query: { open: 'true', limit: mostIncidents } })
      : null,
    may('read_channels') ? get('/v1/channels') : null,
  ]);
  if (groups.status === 'fulfilled') {
    board.value = 'ready';
    boardError.value = null;
  } else {
    const why: unknown = groups.reason;
    const known = why instanceof ApiError ? why : new ApiError(0, String(why));
    const absent = known.status === 404 || known.status === 501 || known.status === 503;
    board.value = absent ? 'absent' : 'failed';
    boardError.value = known;
  }
  const found: Seed = {};
  if (groups.status === 'fulfilled') found.groups = groups.value.groups;
  if (cleared.status === 'fulfilled') {
    found.cleared = cleared.value.groups.filter((group) => group.state === 'cleared').reverse();
  }
  if (warnings.status === 'fulfilled') found.warnings = warnings.value?.warnings ?? [];
  if (incidents.status === 'fulfilled') found.incidents = incidents.value?.incidents ?? [];
  if (channels.status === 'fulfilled') found.channels = channels.value ?? [];
  return found;
}

let filling = 0;
/** Asks for what is the case, beside the stream that tells what changes. */
async function fill(): Promise<void> {
  const mine = ++filling;
  beginSeed(state);
  const duty = askBoard();
  try {
    const [now, alerts, feeds] = await Promise.all([
      get('/v1/live'),
      get('/v1/alerts', { query: { state: 'open', limit: mostAlerts } }),
      get('/v1/feeds/silent'),
    ]);
    const found = await duty;
    if (mine !== filling) return;
    status.value = now;
    seed(state, { alerts: alerts.alerts as Alert[], silent: feeds.feeds as Feed[], ...found });
    seedFailed.value = board.value === 'failed';
  } catch {
    if (mine === filling) seedFailed.value = true;
  }
}
export function refill(): void {
  void fill();
}

let connection: Connection | null = null;
export function reconnect(): void {
  connection?.open();
}

/** Begins to listen; called once, by the shell. Answers the way to stop. */
export function startLive(): () => void {
  connection = new Connection(
    '/v1/events',
    {
      link(next) {
        const before = link.value.state;
        link.value = next;
        // What happened while the line was down comes with the events that were missed, or after a
        // reset; a first connection has neither.
        if (next.state === 'live' && before !== 'live') void fill();
        if (next.state !== 'live') rate.value = null;
      },
      heard(now) {
        heardAt.value = now;
      },
      events: take,
    },
    { fetch: (...args) => fetch(...args), now: () => Date.now(), random: () => Math.random() },
  );
  connection.open();
  // Somebody else sees something else.
  const unwatch = watch(who, () => void fill());
  const second = setInterval(() => {
    tick.value = Date.now();
    if (seedFailed.value && link.value.state === 'live' && tick.value % 5000 < 1000) void fill();
  }, 1000);
  const awake = (): void => {
    if (document.visibilityState === 'visible') {
      if (scheduled) applyAll();
      reconnect();
    }
  };
  window.addEventListener('online', reconnect);
  document.addEventListener('visibilitychange', awake);
  return () => {
    unwatch();
    clearInterval(second);
    window.removeEventListener('online', reconnect);
    document.removeEventListener('visibilitychange', awake);
    connection?.close();
    connection = null;
  };
}
