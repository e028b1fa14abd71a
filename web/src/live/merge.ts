// SPDX-License-Identifier: Apache-2.0
// What was asked for, with what has changed since laid over it.
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import type { LiveIndicator, Measure } from '../api/types';

/** A list item with its live value; the item itself when there is none. */
export function withLive<T extends Measure>(item: T, cell: LiveIndicator | null): T {
  if (cell === null) return item;
  const { value, unit, reported, expected, estimated, data_date, reason } = cell;
  return { ...item, value, unit, reported, expected, estimated, data_date, reason };
}

/** Follows `source` at most every `ms` milliseconds, at once when it has been quiet for as long. */
export function useThrottled<T>(source: () => T, ms: number): Readonly<ShallowRef<T>> {
  const shown = shallowRef(source()) as ShallowRef<T>;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let late = false;
  function open(): void {
    timer = null;
    if (!late) return;
    late = false;
    shown.value = source();
    timer = setTimeout(open, ms);
  }
  watch(source, (next) => {
    if (timer !== null) {
      late = true;
      return;
    }
    shown.value = next;
    timer = setTimeout(open, ms);
  });
  onScopeDispose(() => {
    if (timer !== null) clearTimeout(timer);
  });
  return shown;
}
