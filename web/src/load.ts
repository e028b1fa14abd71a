// SPDX-License-Identifier: Apache-2.0
// Loading with the five states of a panel: loading, empty, partial, stale, failed.
import { onScopeDispose, shallowReactive, watch } from 'vue';
import { ApiError } from './api/client';

export interface Load<T> {
  /** The newest answer; kept while the next one is on its way. */
  data: T | null;
  busy: boolean;
  error: ApiError | null;
  /** True when `data` belongs to an earlier question than the present one. */
  old: boolean;
  retry: () => void;
  /** Asks again without a sign of it; a failure leaves what is shown. */
  refresh: () => void;
}

/**
 * Runs `fetcher` now and whenever `key` changes; a null key means that there is nothing to ask.
 * The answer of an overtaken question is dropped.
 */
export function useLoad<K, T>(
  key: () => K | null,
  fetcher: (key: K, signal: AbortSignal) => Promise<T>,
): Load<T> {
  let abort: AbortController | null = null;
  const state = shallowReactive<Load<T>>({
    data: null,
    busy: false,
    error: null,
    old: false,
    retry: () => void run(key()),
    refresh: () => void quietly(key()),
  });

  async function run(now: K | null): Promise<void> {
    abort?.abort();
    if (now === null) {
      Object.assign(state, { data: null, busy: false, error: null, old: false });
      return;
    }
    const mine = new AbortController();
    abort = mine;
    Object.assign(state, { busy: true, error: null, old: state.data !== null });
    try {
      const data = await fetcher(now, mine.signal);
      if (mine === abort) Object.assign(state, { data, busy: false, error: null, old: false });
    } catch (error) {
      if (mine !== abort || mine.signal.aborted) return;
      const known = error instanceof ApiError ? error : new ApiError(0, String(error));
      Object.assign(state, { busy: false, error: known });
    }
  }

  async function quietly(now: K | null): Promise<void> {
    if (now === null || state.busy || state.data === null) return void run(now);
    const mine = new AbortController();
    abort = mine;
    try {
      const data = await fetcher(now, mine.signal);
      if (mine === abort) Object.assign(state, { data, error: null, old: false });
    } catch {
      // The bar says when the connection is lost; the next refresh tries again.
    }
  }

  watch(
    () => JSON.stringify(key()),
    () => void run(key()),
    { immediate: true },
  );
  onScopeDispose(() => {
    abort?.abort();
    abort = null;
  });
  return state;
}

/** Lets at most `limit` of the given jobs run at a time (sparklines ask for many series). */
export function queue(limit: number): <T>(job: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (job) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      return await job();
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}
