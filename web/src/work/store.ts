// SPDX-License-Identifier: Apache-2.0
// Jobs on the device: in IndexedDB, which takes pictures too. A browser that forbids it (a private
// window) keeps them in memory, and the page says that a reload would lose them.
import { toRaw } from 'vue';
import type { Job, JobStore } from './queue';

const database = 'cairn-work';
const table = 'jobs';

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB'));
  });
}
function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB'));
  });
}
async function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(database, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(table, { keyPath: 'key' });
  return asked(request);
}

export interface DeviceStore extends JobStore {
  /** False: what waits would be lost with the page. */
  lasting: () => Promise<boolean>;
}

export function deviceStore(): DeviceStore {
  const memory = new Map<string, Job>();
  let opening: Promise<IDBDatabase | null> | null = null;
  const opened = (): Promise<IDBDatabase | null> => {
    opening ??= openDatabase().catch(() => null);
    return opening;
  };
  async function change(job: (rows: IDBObjectStore) => void): Promise<void> {
    const base = await opened();
    if (base === null) return;
    const transaction = base.transaction(table, 'readwrite', { durability: 'strict' });
    job(transaction.objectStore(table));
    await finished(transaction);
  }
  return {
    lasting: async () => (await opened()) !== null,
    async all() {
      const base = await opened();
      if (base === null) return [...memory.values()];
      return asked<Job[]>(base.transaction(table).objectStore(table).getAll());
    },
    async put(job) {
      const plain = { ...job, fields: { ...toRaw(job.fields) } };
      if ((await opened()) === null) memory.set(job.key, plain);
      else await change((rows) => void rows.put(plain));
    },
    async drop(key) {
      memory.delete(key);
      await change((rows) => void rows.delete(key));
    },
  };
}
