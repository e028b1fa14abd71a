// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/client';
import { Queue, passes, ready, waitFor, type Job, type JobStore, type Verdict } from './queue';

function memory(): JobStore & { kept: Map<string, Job> } {
  const kept = new Map<string, Job>();
  return {
    kept,
    all: async () => [...kept.values()],
    put: async (job) => void kept.set(job.key, structuredClone(job)),
    drop: async (key) => void kept.delete(key),
  };
}

interface Stage {
  queue: Queue;
  sent: Job[];
  taken: string[];
  shown: () => readonly Job[];
  who: { id: string };
}
type Answer = ApiError | 'take';
/** A server whose answers are scripted; without a script it takes everything. */
function stage(
  store: JobStore,
  answers: Answer[],
  verdict: Verdict = { way: 'look', version: 7, meanwhile: [] },
): Stage {
  const sent: Job[] = [];
  const taken: string[] = [];
  let shown: readonly Job[] = [];
  let keys = 0;
  const who = { id: 'anna' };
  const queue = new Queue({
    store,
    async send(job) {
      sent.push(job);
      const answer = answers.shift() ?? 'take';
      if (answer !== 'take') throw answer;
    },
    judge: () => verdict,
    account: () => who.id,
    now: () => Date.now(),
    freshKey: () => `key-${++keys}-${Math.random()}`,
    changed: (jobs) => (shown = jobs),
    taken: (incident) => taken.push(incident),
  });
  return { queue, sent, taken, shown: () => shown, who };
}
const title = { zh: '接受', en: 'Accept' };
const accept = { kind: 'event', incident: 'I-1', event: 'accept', version: 3, title } as const;
const off = new ApiError(0, 'network');

describe('Queue', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

  it('is empty again once the server has taken it', async () => {
    const store = memory();
    const { queue, sent, taken, shown } = stage(store, []);
    expect(await queue.add(accept)).toBeNull();
    expect([sent.length, taken, shown(), store.kept.size]).toEqual([1, ['I-1'], [], 0]);
  });

  it('tries again under the same key until the network is back', async () => {
    const store = memory();
    const { queue, sent, shown } = stage(store, [off, new ApiError(503, 'busy')]);
    const left = await queue.add(accept);
    expect([left?.state, left?.trouble, store.kept.size]).toEqual(['waiting', 'network', 1]);
    await pass(1_900);
    expect(sent).toHaveLength(1);
    await pass(200);
    expect(sent).toHaveLength(2);
    await pass(4_100);
    expect(new Set(sent.map((job) => job.key)).size).toBe(1);
    expect([sent.length, shown().length, store.kept.size]).toEqual([3, 0, 0]);
    queue.close();
  });

  it('goes on after a reload, with the key of before', async () => {
    const store = memory();
    const before = stage(store, [off]);
    await before.queue.add({ ...accept, fields: { reason: '已到场' } });
    before.queue.close();
    const after = stage(store, []);
    await pass(3_000);
    await after.queue.open();
    expect(after.sent.map((job) => [job.key, job.fields])).toEqual([
      [before.sent[0]?.key, { reason: '已到场' }],
    ]);
    expect(store.kept.size).toBe(0);
  });

  it('takes what was being sent when the page went for not sent', async () => {
    const store = memory();
    const before = stage(store, [off]);
    const job = await before.queue.add(accept);
    before.queue.close();
    await store.put({ ...(job as Job), state: 'sending' });
    const after = stage(store, []);
    await after.queue.open();
    expect(after.sent.map((each) => each.key)).toEqual([job?.key]);
  });

  it('keeps the order within an incident, and holds back what follows a refusal', async () => {
    const store = memory();
    const { queue, sent, shown } = stage(store, [new ApiError(422, '不是图片')]);
    const file = await queue.add({ kind: 'file', incident: 'I-1', title });
    expect([file?.state, file?.trouble]).toEqual(['refused', '不是图片']);
    await queue.add({ ...accept, event: 'done' });
    await queue.add({ ...accept, incident: 'I-2' });
    expect(sent.map((job) => `${job.incident} ${job.kind}`)).toEqual(['I-1 file', 'I-2 event']);
    await queue.discard(file?.key ?? '');
    expect(sent.map((job) => job.event)).toEqual(['', 'accept', 'done']);
    expect(shown()).toEqual([]);
  });

  it('shows a conflict, and goes on with a new key upon what was seen', async () => {
    const store = memory();
    const { queue, sent } = stage(store, [new ApiError(409, '已由他人处理')]);
    const job = await queue.add({ ...accept, fields: { reason: '长长的原因' } });
    expect([job?.state, job?.fields['reason']]).toEqual(['conflict', '长长的原因']);
    expect(store.kept.size).toBe(1);
    expect(await queue.retry(job?.key ?? '')).toBeNull();
    expect(sent.map((each) => each.version)).toEqual([3, 7]);
    expect(sent[1]?.key).not.toBe(sent[0]?.key);
    expect(sent[1]?.fields['reason']).toBe('长长的原因');
    expect(store.kept.size).toBe(0);
  });

  it('goes on by itself when nobody else did anything meanwhile', async () => {
    const conflict = new ApiError(409, 'x');
    const again: Verdict = { way: 'again', version: 5, meanwhile: [] };
    const { queue, sent } = stage(memory(), [conflict], again);
    expect(await queue.add(accept)).toBeNull();
    expect(sent.map((job) => job.version)).toEqual([3, 5]);
    expect(sent[1]?.key).not.toBe(sent[0]?.key);
  });

  it('stops at what the workflow does not allow', async () => {
    const no: Verdict = { way: 'no', version: 3, meanwhile: [] };
    const { queue, sent } = stage(memory(), [new ApiError(409, '没有证据')], no);
    const job = await queue.add(accept);
    expect([job?.state, job?.trouble, sent.length]).toEqual(['refused', '没有证据', 1]);
  });

  it('sends nothing under another account', async () => {
    const store = memory();
    const { queue, sent, who } = stage(store, [off]);
    await queue.add(accept);
    who.id = 'ben';
    await pass(60_000);
    expect(sent).toHaveLength(1);
    who.id = 'anna';
    queue.wake();
    await pass(0);
    expect([sent.length, store.kept.size]).toEqual([2, 0]);
    queue.close();
  });
});

describe('ready', () => {
  it('lets the oldest of each incident go, when its time has come', () => {
    const job = (key: string, incident: string, made: number, next = 0): Job =>
      ({ key, incident, made, next, account: 'a', state: 'waiting' }) as Job;
    const jobs = [job('2', 'I-1', 2), job('1', 'I-1', 1), job('3', 'I-2', 3, 50)];
    expect(ready(jobs, 'a', 10).map((each) => each.key)).toEqual(['1']);
    expect(ready(jobs, 'a', 60).map((each) => each.key)).toEqual(['1', '3']);
    expect(ready(jobs, 'b', 60)).toEqual([]);
  });
});

describe('waiting', () => {
  it('passes what the network or the server lacks, not what the person got wrong', () => {
    const status = [0, 429, 500, 503, 400, 401, 403, 404, 409, 413, 422];
    expect(status.filter((each) => passes(new ApiError(each, '')))).toEqual([0, 429, 500, 503]);
  });
  it('doubles up to a minute', () => {
    expect([0, 1, 2, 9, 50].map(waitFor)).toEqual([2_000, 4_000, 8_000, 60_000, 60_000]);
  });
});
