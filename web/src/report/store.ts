// SPDX-License-Identifier: Apache-2.0
// What stays on the device: reports that wait (IndexedDB, for the photos) and the numbers and
// secrets of those that were sent (localStorage).
import type { Store, Waiting } from './queue';
import type { Text } from './types';

const name = 'cairn-reports';
const table = 'waiting';

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB'));
  });
}

async function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(table, { keyPath: 'key' });
  return done(request);
}

/** On the device; where it keeps nothing (private windows) only as long as the page is open. */
export async function openStore(): Promise<{ store: Store; lasting: boolean }> {
  try {
    const database = await openDatabase();
    const objects = (mode: IDBTransactionMode): IDBObjectStore =>
      database.transaction(table, mode).objectStore(table);
    const written = (transaction: IDBTransaction): Promise<void> =>
      new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onerror = () => reject(transaction.error ?? new Error('IndexedDB'));
        transaction.onabort = transaction.onerror;
      });
    const store: Store = {
      all: () => done(objects('readonly').getAll() as IDBRequest<Waiting[]>),
      put: async (item) => {
        const target = objects('readwrite');
        target.put(item);
        await written(target.transaction);
      },
      drop: async (key) => {
        const target = objects('readwrite');
        target.delete(key);
        await written(target.transaction);
      },
    };
    await store.all();
    return { store, lasting: true };
  } catch {
    return { store: memoryStore(), lasting: false };
  }
}

export function memoryStore(): Store {
  const items = new Map<string, Waiting>();
  return {
    all: () => Promise.resolve([...items.values()]),
    put: (item) => Promise.resolve(void items.set(item.key, item)),
    drop: (key) => Promise.resolve(void items.delete(key)),
  };
}

/** A report that was taken: enough to ask for it again. */
export interface Mine {
  number: string;
  secret: string;
  kind: Text;
  text: string;
  at: number;
  /** As last heard. */
  state: Text | null;
  closed: boolean;
}
const mineKey = 'cairn.reports';
const mineMost = 200;

function isMine(value: unknown): value is Mine {
  const item = value as Partial<Mine> | null;
  return typeof item?.number === 'string' && typeof item.secret === 'string';
}
export function readMine(storage: Pick<Storage, 'getItem'> = localStorage): Mine[] {
  try {
    const list: unknown = JSON.parse(storage.getItem(mineKey) ?? '[]');
    return Array.isArray(list) ? list.filter(isMine) : [];
  } catch {
    return [];
  }
}
export function writeMine(
  list: readonly Mine[],
  storage: Pick<Storage, 'setItem'> = localStorage,
): void {
  try {
    storage.setItem(mineKey, JSON.stringify(list.slice(0, mineMost)));
  } catch {
    // No room or not allowed: the link on the page still leads there.
  }
}
