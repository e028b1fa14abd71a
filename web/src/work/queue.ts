// SPDX-License-Identifier: Apache-2.0
// What a person has done and the server has not taken yet. Each job is kept on the device before
// it is sent, carries one idempotency key over all attempts, and leaves only when the server has
// taken it or the person throws it away: nothing is lost on a reload, nothing is done twice.
import { ApiError } from '../api/client';
import type { IncidentEntry as Entry } from '../api/types';

export interface Job {
  /** Idempotency key, and the name of the job. */
  key: string;
  kind: 'event' | 'note' | 'file';
  incident: string;
  /** Account that did it; it is sent under no other. */
  account: string;
  made: number;
  /** Of an event: its name, its fields, and the version that it was decided upon. */
  event: string;
  fields: Record<string, string>;
  version: number;
  /** Of a file. */
  file: Blob | null;
  name: string;
  /** What a list says of it. */
  title: { zh: string; en: string };
  state: JobState;
  trouble: string;
  attempts: number;
  /** Not before; local time in milliseconds. */
  next: number;
  /** Of a conflict: the version of now, and what others did since `version`. */
  seen: number;
  meanwhile: Entry[];
}
/** `refused` and `conflict` wait for the person; `waiting` goes by itself. */
export type JobState = 'waiting' | 'sending' | 'refused' | 'conflict';

/** Where jobs are kept; that of the page is in store.ts. */
export interface JobStore {
  all: () => Promise<Job[]>;
  put: (job: Job) => Promise<void>;
  drop: (key: string) => Promise<void>;
}

/**
 * `again`: nobody did anything that matters. `look`: the person must see what others did.
 * `no`: it is not allowed, whatever the version.
 */
export interface Verdict {
  way: 'again' | 'look' | 'no';
  version: number;
  meanwhile: Entry[];
}

export interface QueueSeams {
  store: JobStore;
  /** Sends one; fails with an `ApiError`. `ask`: the person is there and may be asked to sign in. */
  send: (job: Job, ask: boolean) => Promise<void>;
  /** After a 409: may it go again by itself, and upon which version? */
  judge: (job: Job, error: ApiError) => Verdict;
  account: () => string;
  now: () => number;
  freshKey: () => string;
  changed: (jobs: readonly Job[]) => void;
  /** An incident of which a job has been taken. */
  taken: (incident: string) => void;
}

const firstWait = 2_000; // Milliseconds; doubled after each failure.
const longestWait = 60_000;

/** Does another attempt, without anybody doing anything, make sense? */
export function passes(error: ApiError): boolean {
  return error.status === 0 || error.status === 429 || error.status >= 500;
}
export function waitFor(attempts: number): number {
  return Math.min(longestWait, firstWait * 2 ** Math.min(attempts, 10));
}

/**
 * Those that may go now: the oldest of each incident, so that an upload comes before what needs
 * it; one that waits for the person holds back what follows it.
 */
export function ready(jobs: readonly Job[], account: string, now: number): Job[] {
  const heads = new Map<string, Job>();
  for (const job of [...jobs].sort((a, b) => a.made - b.made)) {
    if (job.account === account && !heads.has(job.incident)) heads.set(job.incident, job);
  }
  return [...heads.values()].filter((job) => job.state === 'waiting' && job.next <= now);
}

export class Queue {
  private jobs: Job[] = [];
  private running: Promise<void> | null = null;
  private again = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private last = 0;

  constructor(private readonly seams: QueueSeams) {}

  /** Takes up what an earlier page has left. */
  async open(): Promise<void> {
    const kept = await this.seams.store.all();
    const known = new Set(this.jobs.map((job) => job.key));
    for (const job of kept) {
      // Whether it arrived before the page went is not known; the key makes a second one harmless.
      if (!known.has(job.key)) {
        this.jobs.push(job.state === 'sending' ? { ...job, state: 'waiting', next: 0 } : job);
      }
    }
    this.tell();
    await this.flush();
  }

  of(incident: string): Job[] {
    return this.jobs.filter((job) => job.incident === incident);
  }

  /** Kept, then sent at once; answers when the first attempt is over. Null: it was taken. */
  async add(job: Pick<Job, 'kind' | 'incident' | 'title'> & Partial<Job>): Promise<Job | null> {
    const whole: Job = {
      key: this.seams.freshKey(),
      account: this.seams.account(),
      made: this.moment(),
      event: '',
      fields: {},
      version: 0,
      file: null,
      name: '',
      state: 'waiting',
      trouble: '',
      attempts: 0,
      next: 0,
      seen: 0,
      meanwhile: [],
      ...job,
    };
    await this.seams.store.put(whole);
    this.jobs.push(whole);
    this.tell();
    await this.flush(whole.key);
    // A new key after a conflict that was none: the job is known by its moment.
    return this.jobs.find((each) => each.made === whole.made) ?? null;
  }

  /** The person wants it again, perhaps upon what he has seen since: a new decision, a new key. */
  async retry(key: string): Promise<Job | null> {
    const job = this.find(key);
    if (job === undefined) return null;
    const change: Partial<Job> = { state: 'waiting', trouble: '', next: 0, meanwhile: [] };
    if (job.state === 'conflict') change.version = job.seen;
    if (job.state === 'refused' || job.state === 'conflict') change.key = this.seams.freshKey();
    await this.set(key, change);
    await this.flush(change.key ?? key);
    return this.find(change.key ?? key) ?? null;
  }
  async discard(key: string): Promise<void> {
    await this.seams.store.drop(key);
    this.jobs = this.jobs.filter((job) => job.key !== key);
    this.tell();
    await this.flush();
  }

  /** Sends what may go. `asked`: the job at which the person is looking. */
  async flush(asked = ''): Promise<void> {
    this.again = true;
    while (this.again || this.running !== null) {
      if (this.running !== null) {
        await this.running;
        continue;
      }
      this.again = false;
      this.running = this.round(asked).finally(() => {
        this.running = null;
      });
    }
  }
  /** The line is back: what waits need not wait longer. */
  wake(): void {
    this.jobs = this.jobs.map((job) => (job.state === 'waiting' ? { ...job, next: 0 } : job));
    void this.flush();
  }
  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private find(key: string): Job | undefined {
    return this.jobs.find((job) => job.key === key);
  }
  private moment(): number {
    this.last = Math.max(this.last + 1, this.seams.now());
    return this.last;
  }
  private tell(): void {
    this.seams.changed([...this.jobs]);
  }
  private async set(key: string, change: Partial<Job>): Promise<void> {
    this.jobs = this.jobs.map((job) => (job.key === key ? { ...job, ...change } : job));
    const job = this.find(change.key ?? key);
    this.tell();
    if (job === undefined) return;
    await this.seams.store.put(job);
    if (job.key !== key) await this.seams.store.drop(key);
  }

  private async round(asked: string): Promise<void> {
    for (;;) {
      const next = ready(this.jobs, this.seams.account(), this.seams.now())[0];
      if (next === undefined) break;
      await this.attempt(next, next.key === asked);
    }
    this.plan();
  }
  private async attempt(job: Job, ask: boolean): Promise<void> {
    await this.set(job.key, { state: 'sending' });
    try {
      await this.seams.send(job, ask);
      await this.seams.store.drop(job.key);
      this.jobs = this.jobs.filter((each) => each.key !== job.key);
      this.tell();
      this.seams.taken(job.incident);
    } catch (caught) {
      const error = caught instanceof ApiError ? caught : new ApiError(0, String(caught));
      await this.settle(job, error);
    }
  }
  private async settle(job: Job, error: ApiError): Promise<void> {
    const attempts = job.attempts + 1;
    if (error.status === 409 && job.kind === 'event') {
      const { way, version, meanwhile } = this.seams.judge(job, error);
      if (way === 'again' && version !== job.version) {
        // That attempt did nothing, and the server remembers so under its key.
        const key = this.seams.freshKey();
        await this.set(job.key, { state: 'waiting', key, version, attempts, next: 0 });
      } else {
        const state = way === 'no' ? 'refused' : 'conflict';
        const trouble = error.detail;
        await this.set(job.key, { state, trouble, attempts, seen: version, meanwhile });
      }
    } else if (passes(error) || error.status === 401) {
      // Nobody is signed in: it goes when somebody is, and is kept until then.
      await this.set(job.key, { ...this.later(attempts), trouble: error.detail });
    } else {
      await this.set(job.key, { state: 'refused', trouble: error.detail, attempts });
    }
  }
  private later(attempts: number): Pick<Job, 'state' | 'attempts' | 'next'> {
    return { state: 'waiting', attempts, next: this.seams.now() + waitFor(attempts - 1) };
  }
  private plan(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const heads = ready(this.jobs, this.seams.account(), Infinity);
    if (heads.length === 0) return;
    const first = Math.min(...heads.map((job) => job.next));
    this.timer = setTimeout(() => void this.flush(), Math.max(500, first - this.seams.now()));
  }
}
