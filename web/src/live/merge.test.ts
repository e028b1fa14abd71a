// SPDX-License-Identifier: Apache-2.0
import { effectScope, nextTick, ref } from 'vue';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useThrottled, withLive } from './merge';

const measure = {
  value: 1,
  unit: '1',
  reported: 2,
  expected: 2,
  estimated: true,
  data_date: '2025-12-31',
  reason: null,
};

describe('withLive', () => {
  it('takes the value with its coverage and its date, and leaves the rest', () => {
    const cell = {
      ...measure,
      value: 5,
      reported: 1,
      estimated: false,
      data_date: '2026-06-01T00:00:00Z',
      indicator: 'a',
      region: '51',
      as_of: '2026-06-01T00:00:01Z',
    };
    expect(withLive({ ...measure, id: 'a', digits: 1 }, cell)).toEqual({
      value: 5,
      unit: '1',
      reported: 1,
      expected: 2,
      estimated: false,
      data_date: '2026-06-01T00:00:00Z',
      reason: null,
      id: 'a',
      digits: 1,
    });
    const item = { ...measure, id: 'a' };
    expect(withLive(item, null)).toBe(item);
  });
});

describe('useThrottled', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  it('shows the first change at once, then the newest one a period', async () => {
    const source = ref(0);
    const scope = effectScope();
    const shown = scope.run(() => useThrottled(() => source.value, 1000))!;
    const set = async (value: number): Promise<void> => {
      source.value = value;
      await nextTick();
    };
    await set(1);
    expect(shown.value).toBe(1);
    await set(2);
    await set(3);
    expect(shown.value).toBe(1);
    vi.advanceTimersByTime(1000);
    expect(shown.value).toBe(3);
    vi.advanceTimersByTime(1000);
    await set(4);
    expect(shown.value).toBe(4);
    await set(5);
    scope.stop();
    vi.advanceTimersByTime(5000);
    expect(shown.value).toBe(4);
  });
});
