// SPDX-License-Identifier: Apache-2.0
// The one queue of the page: what it sends, when it wakes, and what waits in it.
import { computed, ref, shallowRef, watch } from 'vue';
import { ApiError, freshKey, url, write, writeJson } from '../api/client';
import { link } from '../live/live';
import { who } from '../session';
import { judge } from './merge';
import { Queue, type Job } from './queue';
import { deviceStore } from './store';

const jobs = shallowRef<readonly Job[]>([]);
/** Rises with what the server took, by incident: whoever shows it asks anew. */
const took = shallowRef<ReadonlyMap<string, number>>(new Map());
const store = deviceStore();
export const lasting = ref(true);

async function send(job: Job, ask: boolean): Promise<void> {
  const path = { id: job.incident };
  const options = { key: job.key, quiet: !ask };
  if (job.kind === 'file') {
    if (job.file === null) throw new ApiError(400, job.name);
    await write('POST', url('/v1/incidents/{id}/files', path, { name: job.name }), {
      ...options,
      type: job.file.type || 'application/octet-stream',
      body: job.file,
    });
  } else if (job.kind === 'note') {
    const text = job.fields['text'] ?? '';
    await writeJson('POST', url('/v1/incidents/{id}/notes', path), { text }, options);
  } else {
    const { event, fields, version } = job;
    const body = { event, fields, version };
    await writeJson('POST', url('/v1/incidents/{id}/events', path), body, options);
  }
}

export const queue = new Queue({
  store,
  send,
  judge,
  account: () => who.value,
  now: () => Date.now(),
  freshKey,
  changed: (now) => {
    jobs.value = now;
  },
  taken: (incident) => {
    const next = new Map(took.value);
    next.set(incident, (next.get(incident) ?? 0) + 1);
    took.value = next;
  },
});

/** Of the person who is signed in. */
export const pending = computed(() => jobs.value.filter((job) => job.account === who.value));
export function pendingOf(incident: string): Job[] {
  return pending.value.filter((job) => job.incident === incident);
}
export function takenOf(incident: string): number {
  return took.value.get(incident) ?? 0;
}

let begun = false;
/** Takes up what is left of an earlier visit; called by every page that shows incidents. */
export function startPending(): void {
  if (begun) return;
  begun = true;
  void store.lasting().then((yes) => (lasting.value = yes));
  void queue.open();
  watch(who, () => queue.wake());
  watch(
    () => link.value.state,
    (state) => {
      if (state === 'live') queue.wake();
    },
  );
  window.addEventListener('online', () => queue.wake());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') queue.wake();
  });
}
