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
import { get } from '../api/client';
import type { Alert, Feed, LiveIndicator, LiveReading, LiveStatus } from '../api/types';
import { Connection, type Link } from './connection';
import {
  apply,
  beginSeed,
  cellKey,
  emptyState,
  feedKey,
  mostAlerts,
  seed,
  type Point,
} from './model';
import type { StreamEvent } from './stream';

const state = shallowReactive(emptyState(<K, V>() => shallowReactive(new Map<K, V>())));
const link = shallowRef<Link>({ state: 'connecting', since: 0, next: null });
const status = shallowRef<LiveStatus | null>(null);
const tick = ref(Date.now());
const heardAt = ref(0);
const seedFailed = ref(false);
const clockAt = ref(0); // Local time at which the engine's clock was told.
const rate = ref<number | null>(null);

export const live = shallowReadonly(state);
export { link, status as liveStatus, tick, heardAt, seedFailed, rate as perSecond };

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

let filling = 0;
/** Asks for what is open and silent, beside the stream that tells what changes. */
async function fill(): Promise<void> {
  const mine = ++filling;
  beginSeed(state);
  try {
    const [now, alerts, feeds] = await Promise.all([
      get('/v1/live'),
      get('/v1/alerts', { query: { state: 'open', limit: mostAlerts } }),
      get('/v1/feeds/silent'),
    ]);
    if (mine !== filling) return;
    status.value = now;
    seed(state, alerts.alerts as Alert[], feeds.feeds as Feed[]);
    seedFailed.value = false;
  } catch {
    if (mine === filling) seedFailed.value = true;
  }
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
    clearInterval(second);
    window.removeEventListener('online', reconnect);
    document.removeEventListener('visibilitychange', awake);
    connection?.close();
    connection = null;
  };
}
