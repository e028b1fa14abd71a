// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Queue, Refusal, waitFor, type Seams, type Waiting } from './queue';
import { memoryStore, readMine, writeMine, type Mine } from './store';
import { fitted } from './photo';

const body = { kind: 'flood', text: '水', place: { region: '513437' }, photos: 0 };
const photo = new Blob(['p'], { type: 'image/jpeg' });

/** A server that remembers what it took, behind a line that can be cut. */
class Line {
  taken = new Map<string, number>();
  photos: string[] = [];
  posts = 0;
  way: 'up' | 'down' | 'answers lost' = 'up';
  refusePhoto = 0;
  refuse: Refusal | null = null;

  send(key: string): Promise<{ number: string; secret: string }> {
    this.posts += 1;
    if (this.way === 'down') return Promise.reject(new Refusal(0, ''));
    if (this.refuse !== null) return Promise.reject(this.refuse);
    if (!this.taken.has(key)) this.taken.set(key, this.taken.size + 1);
    if (this.way === 'answers lost') return Promise.reject(new Refusal(0, ''));
    return Promise.resolve({ number: `I-${this.taken.get(key)}`, secret: 's' });
  }
  sendPhoto(item: Waiting, k: number): Promise<void> {
    if (this.way !== 'up') return Promise.reject(new Refusal(0, ''));
    if (k === this.refusePhoto) return Promise.reject(new Refusal(415, 'no picture'));
    this.photos.push(`${item.number}/${k}`);
    return Promise.resolve();
  }
}

let line: Line;
let items: readonly Waiting[];
let taken: string[];
let store: Seams['store'];

function queue(): Queue {
  return new Queue({
    store,
    send: (key) => line.send(key) as ReturnType<Seams['send']>,
    sendPhoto: (item, k) => line.sendPhoto(item, k),
    now: () => Date.now(),
    alone: (job) => job(),
    changed: (list) => (items = list),
    taken: (item) => taken.push(item.number),
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  line = new Line();
  items = [];
  taken = [];
  store = memoryStore();
});
afterEach(() => vi.useRealTimers());

test('a report goes at once, its photos after it, and then it is gone from the device', async () => {
  await queue().add('key', body, [photo, photo]);
  await vi.advanceTimersByTimeAsync(10);
  expect(taken).toEqual(['I-1']);
  expect(line.photos).toEqual(['I-1/1', 'I-1/2']);
  expect(items).toEqual([]);
  expect(await store.all()).toEqual([]);
});

test('without a network it waits on the device, tries ever more rarely, and goes once', async () => {
  line.way = 'down';
  const page = queue();
  await page.add('key', body, []);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(items[0]?.state).toBe('waiting');
  expect(await store.all()).toHaveLength(1);
  // 2, 4, 8, 16, 32 seconds.
  expect(line.posts).toBe(5);
  line.way = 'up';
  page.wake();
  await vi.advanceTimersByTimeAsync(10);
  expect(taken).toEqual(['I-1']);
  expect(line.taken.size).toBe(1);
});

test('an answer that is lost makes no second report', async () => {
  line.way = 'answers lost';
  await queue().add('key', body, [photo]);
  await vi.advanceTimersByTimeAsync(10);
  expect(line.taken.size).toBe(1);
  expect(taken).toEqual([]);
  line.way = 'up';
  await vi.advanceTimersByTimeAsync(5_000);
  expect(line.taken.size).toBe(1);
  expect(taken).toEqual(['I-1']);
  expect(line.photos).toEqual(['I-1/1']);
});

test('what a closed page has left goes when it is opened again', async () => {
  line.way = 'down';
  await queue().add('key', body, [photo]);
  await vi.advanceTimersByTimeAsync(600_000);
  vi.clearAllTimers();
  line.way = 'up';
  await queue().open();
  expect(taken).toEqual(['I-1']);
  expect(line.photos).toEqual(['I-1/1']);
  expect(await store.all()).toEqual([]);
});

test('photos that were sent are not sent again, the report neither', async () => {
  line.way = 'down';
  const page = queue();
  await page.add('key', body, [photo, photo]);
  line.way = 'up';
  const before = line.sendPhoto.bind(line);
  line.sendPhoto = (item, k) => (k === 2 ? Promise.reject(new Refusal(0, '')) : before(item, k));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(line.photos).toEqual(['I-1/1']);
  expect(items[0]?.number).toBe('I-1');
  const posts = line.posts;
  line.sendPhoto = before;
  page.wake();
  await vi.advanceTimersByTimeAsync(10);
  expect(line.photos).toEqual(['I-1/1', 'I-1/2']);
  expect(line.posts).toBe(posts);
});

test('a picture that is not taken does not hold up the others', async () => {
  line.refusePhoto = 1;
  await queue().add('key', body, [photo, photo]);
  await vi.advanceTimersByTimeAsync(10);
  expect(line.photos).toEqual(['I-1/2']);
  expect(items).toEqual([]);
});

test('what the server will never take waits for the person, with the reason', async () => {
  line.refuse = new Refusal(422, '不在本区域');
  const page = queue();
  await page.add('key', body, []);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(line.posts).toBe(1);
  expect(items[0]).toMatchObject({ state: 'refused', trouble: '不在本区域' });
  await page.discard('key');
  expect(await store.all()).toEqual([]);
});

test('a wait that the server asks for is kept', async () => {
  line.refuse = new Refusal(429, 'too many', 90_000);
  await queue().add('key', body, []);
  await vi.advanceTimersByTimeAsync(80_000);
  expect(line.posts).toBe(1);
  line.refuse = null;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(taken).toEqual(['I-1']);
});

test('waits double up to five minutes', () => {
  expect([0, 1, 2, 20].map(waitFor)).toEqual([2_000, 4_000, 8_000, 300_000]);
});

test('what is kept of one’s own reports survives nonsense in the storage', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  expect(readMine(storage)).toEqual([]);
  kept.set('cairn.reports', '{"a":');
  expect(readMine(storage)).toEqual([]);
  const text = { zh: '洪水', en: 'Flood' };
  const item: Mine = {
    number: 'I-1',
    secret: 's',
    kind: text,
    text: '<b>',
    at: 1,
    state: null,
    closed: false,
  };
  writeMine([item], storage);
  expect(readMine(storage)).toEqual([item]);
  kept.set('cairn.reports', '[1,{"number":"x"},null]');
  expect(readMine(storage)).toEqual([]);
});

test('pictures are made smaller, never larger', () => {
  expect(fitted(4000, 3000)).toEqual([1600, 1200]);
  expect(fitted(3000, 4000)).toEqual([1200, 1600]);
  expect(fitted(800, 600)).toEqual([800, 600]);
  expect(fitted(100_000, 1)).toEqual([1600, 1]);
});
