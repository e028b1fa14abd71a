// SPDX-License-Identifier: Apache-2.0
// What the page holds: the form, the queue of this device, the reports that were taken, and which
// of the three views is open. The address holds the view; a secret stands only behind the hash,
// which is never sent.
import { computed, ref, shallowRef } from 'vue';
import { Queue, Refusal, type Waiting } from './queue';
import { getForm, sendPhoto, sendReport } from './send';
import { openStore, readMine, writeMine, type Mine } from './store';
import type { NewReport, ReportForm } from './types';

export const form = shallowRef<ReportForm | null>(null);
export const formFailed = ref(false);
export const waiting = shallowRef<readonly Waiting[]>([]);
export const mine = ref<Mine[]>(readMine());
export const lasting = ref(true);
export const online = ref(navigator.onLine);

export type View =
  { at: 'form' } | { at: 'mine' } | { at: 'status'; number: string; secret: string };
export function viewOf(hash: string): View {
  const [, at, number, secret] = hash.split('/');
  if (at === 'r' && number && secret) {
    return { at: 'status', number: decodeURIComponent(number), secret: decodeURIComponent(secret) };
  }
  return { at: at === 'mine' ? 'mine' : 'form' };
}
export const view = ref<View>(viewOf(location.hash));
addEventListener('hashchange', () => (view.value = viewOf(location.hash)));
export function hashOf(number: string, secret: string): string {
  return `#/r/${encodeURIComponent(number)}/${encodeURIComponent(secret)}`;
}

export async function loadForm(): Promise<void> {
  formFailed.value = false;
  try {
    form.value = await getForm();
  } catch {
    formFailed.value = form.value === null;
  }
}

export function rememberMine(item: Mine): void {
  const before = mine.value.find((each) => each.number === item.number);
  const rest = mine.value.filter((each) => each.number !== item.number);
  // What the report itself said is not overwritten by what a link does not know.
  const text = item.text === '' ? (before?.text ?? '') : item.text;
  mine.value = [{ ...item, text, at: before?.at ?? item.at }, ...rest].sort((a, b) => b.at - a.at);
  writeMine(mine.value);
}

function remember(item: Waiting): void {
  const kind = form.value?.kinds.find((each) => each.id === item.body.kind);
  rememberMine({
    number: item.number,
    secret: item.secret,
    kind: kind?.label ?? { zh: item.body.kind, en: item.body.kind },
    text: item.body.text,
    at: item.made,
    state: null,
    closed: false,
  });
}

/** Tabs share the device: one sends. Where that cannot be told, the key makes doubles harmless. */
async function alone(job: () => Promise<void>): Promise<void> {
  if (!('locks' in navigator)) return job();
  await navigator.locks.request('cairn-reports', { ifAvailable: true }, async (lock) => {
    if (lock !== null) await job();
  });
}

let queue: Queue | null = null;
const opened = (async () => {
  const { store, lasting: keeps } = await openStore();
  lasting.value = keeps;
  queue = new Queue({
    store,
    send: sendReport,
    sendPhoto,
    now: () => Date.now(),
    alone,
    changed: (items) => (waiting.value = items),
    taken: remember,
  });
  return queue;
})();

export async function start(): Promise<void> {
  addEventListener('online', () => {
    online.value = true;
    queue?.wake();
    if (form.value === null) void loadForm();
  });
  addEventListener('offline', () => (online.value = false));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') queue?.wake();
  });
  await Promise.all([loadForm(), opened.then((each) => each.open())]);
}

/** 128 random bits as a UUID; `crypto.randomUUID` is missing where the page came by plain HTTP. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export async function submit(body: NewReport, photos: Blob[]): Promise<void> {
  await (await opened).add(freshKey(), body, photos);
}
export async function retry(key: string): Promise<void> {
  await (await opened).retry(key);
}
export async function discard(key: string): Promise<void> {
  await (await opened).discard(key);
}
export const waitingCount = computed(() => waiting.value.length);
export { Refusal };
