// SPDX-License-Identifier: Apache-2.0
// A list that is read page by page, and begun anew when its question changes.
import { shallowReactive, watch, onScopeDispose } from 'vue';
import { ApiError } from './api/client';
import type { Load } from './load';

export interface Page<T, C> {
  items: T[];
  /** Where the next page begins; null after the last. */
  next: C | null;
}
export interface Pager<T> extends Load<T[]> {
  more: (() => void) | null;
}

export function usePager<K, T, C>(
  key: () => K | null,
  fetcher: (key: K, cursor: C | null, signal: AbortSignal) => Promise<Page<T, C>>,
): Pager<T> {
  let abort: AbortController | null = null;
  const state = shallowReactive<Pager<T>>({
    data: null,
    busy: false,
    error: null,
    old: false,
    retry: () => void read(null, false),
    refresh: () => void read(null, true),
    more: null,
  });

  async function read(cursor: C | null, quiet: boolean): Promise<void> {
    const now = key();
    abort?.abort();
    if (now === null) return;
    const mine = new AbortController();
    abort = mine;
    if (!quiet) Object.assign(state, { busy: true, error: null });
    try {
      const page = await fetcher(now, cursor, mine.signal);
      if (mine !== abort) return;
      state.data = cursor === null ? page.items : [...(state.data ?? []), ...page.items];
      state.more = page.next === null ? null : () => void read(page.next, false);
      Object.assign(state, { busy: false, error: null });
    } catch (error) {
      if (mine !== abort || mine.signal.aborted || quiet) return;
      const known = error instanceof ApiError ? error : new ApiError(0, String(error));
      Object.assign(state, { busy: false, error: known });
    }
  }

  watch(
    () => JSON.stringify(key()),
    () => {
      state.data = null;
      state.more = null;
      void read(null, false);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    abort?.abort();
    abort = null;
  });
  return state;
}
