// SPDX-License-Identifier: Apache-2.0
import { effectScope, nextTick, ref } from 'vue';
import { describe, expect, it } from 'vitest';
import { ApiError } from './api/client';
import { queue, useLoad } from './load';

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('useLoad', () => {
  it('drops the answer of an overtaken question', async () => {
    const key = ref('slow');
    const answers: Record<string, (value: string) => void> = {};
    const scope = effectScope();
    const load = scope.run(() =>
      useLoad(
        () => key.value,
        (asked) => {
          return new Promise<string>((resolve) => {
            answers[asked] = resolve;
          });
        },
      ),
    )!;
    key.value = 'quick';
    await nextTick();
    answers['quick']!('quick answer');
    await settled();
    answers['slow']!('slow answer');
    await settled();
    expect(load.data).toBe('quick answer');
    expect(load.busy).toBe(false);
    scope.stop();
  });
  it('keeps the earlier answer when a refresh fails, and can try again', async () => {
    let fails = false;
    const scope = effectScope();
    const load = scope.run(() =>
      useLoad(
        () => 'k',
        async () => {
          if (fails) throw new ApiError(503, 'busy');
          return 7;
        },
      ),
    )!;
    await settled();
    expect(load.data).toBe(7);
    fails = true;
    load.retry();
    await settled();
    expect([load.data, load.old, load.error?.detail]).toEqual([7, true, 'busy']);
    fails = false;
    load.retry();
    await settled();
    expect([load.data, load.old, load.error]).toEqual([7, false, null]);
    scope.stop();
  });
  it('asks nothing while the key is null', async () => {
    const scope = effectScope();
    const load = scope.run(() =>
      useLoad<string, number>(
        () => null,
        async () => 1,
      ),
    )!;
    await settled();
    expect([load.data, load.busy]).toEqual([null, false]);
    scope.stop();
  });
});

describe('queue', () => {
  it('runs at most so many at a time, and goes on after a failure', async () => {
    const polite = queue(2);
    let running = 0;
    let most = 0;
    const jobs = Array.from({ length: 9 }, (_, i) =>
      polite(async () => {
        most = Math.max(most, ++running);
        await settled();
        running--;
        if (i === 3) throw new Error('one fails');
        return i;
      }),
    );
    const done = await Promise.allSettled(jobs);
    expect(most).toBe(2);
    expect(done.filter((job) => job.status === 'fulfilled')).toHaveLength(8);
  });
});
