// SPDX-License-Identifier: Apache-2.0
// Reports that the server has not taken yet. Each is kept on the device before it is sent, carries
// one key over all attempts, and leaves only when the report and its photos are taken or the
// person throws it away: nothing is lost with the network or the page, nothing is sent twice.
import type { NewReport, ReportTaken } from './types';

export interface Photo {
  blob: Blob;
  /** `refused`: the server will never take it. */
  state: 'waiting' | 'sent' | 'refused';
  /** 0 to 1, of an upload under way; not kept. */
  progress: number;
}
export interface Waiting {
  key: string;
  made: number; // Milliseconds, by the phone's clock.
  body: NewReport;
  photos: Photo[];
  state: 'waiting' | 'sending' | 'refused';
  attempts: number;
  /** Not before; milliseconds. */
  next: number;
  trouble: string;
  /** Once the report is taken; photos may still wait. */
  number: string;
  secret: string;
}

/** An answer of the server that is no success, or none at all (status 0). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    /** That the server asked to wait, in milliseconds; 0: it did not say. */
    readonly wait = 0,
  ) {
    super(detail);
  }
}

export interface Store {
  all: () => Promise<Waiting[]>;
  put: (item: Waiting) => Promise<void>;
  drop: (key: string) => Promise<void>;
}
export interface Seams {
  store: Store;
  send: (key: string, body: NewReport) => Promise<ReportTaken>;
  sendPhoto: (item: Waiting, k: number, tell: (part: number) => void) => Promise<void>;
  now: () => number;
  /** One at a time over all tabs; does nothing when another tab is at it. */
  alone: (job: () => Promise<void>) => Promise<void>;
  changed: (items: readonly Waiting[]) => void;
  taken: (item: Waiting) => void;
}

const firstWait = 2_000; // Milliseconds; doubled after each failure.
const longestWait = 300_000;

/** Nothing is wrong with the report: it can go again by itself. */
export function passes(status: number): boolean {
  return status === 0 || status === 408 || status === 425 || status === 429 || status >= 500;
}
export function waitFor(attempts: number): number {
  return Math.min(longestWait, firstWait * 2 ** Math.min(attempts, 12));
}
export function complete(item: Waiting): boolean {
  return item.number !== '' && item.photos.every((photo) => photo.state !== 'waiting');
}

export class Queue {
  private items: Waiting[] = [];
  private running = false;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly seams: Seams) {}

  /** Takes up what an earlier page has left. */
  async open(): Promise<void> {
    await this.load();
    this.items = this.items.map((item) => ({ ...item, next: 0 }));
    await this.flush();
  }
  /** Kept when it returns; sending goes on by itself. */
  async add(key: string, body: NewReport, photos: Blob[]): Promise<void> {
    const item: Waiting = {
      key,
      made: this.seams.now(),
      body,
      photos: photos.map((blob) => ({ blob, state: 'waiting', progress: 0 })),
      state: 'waiting',
      attempts: 0,
      next: 0,
      trouble: '',
      number: '',
      secret: '',
    };
    await this.seams.store.put(item);
    this.items.push(item);
    this.tell();
    void this.flush();
  }
  async discard(key: string): Promise<void> {
    await this.seams.store.drop(key);
    this.items = this.items.filter((item) => item.key !== key);
    this.tell();
  }
  async retry(key: string): Promise<void> {
    await this.set(key, { state: 'waiting', next: 0, trouble: '' });
    await this.flush();
  }
  /** The line is back: what waits need not wait longer. */
  wake(): void {
    this.items = this.items.map((item) => (item.state === 'waiting' ? { ...item, next: 0 } : item));
    void this.flush();
  }
  async flush(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      await this.seams.alone(async () => {
        // Another tab may have sent some.
        await this.load();
        for (let item = this.due(); item !== undefined; item = this.due()) await this.attempt(item);
      });
    } finally {
      this.running = false;
      this.plan();
    }
  }

  private due(): Waiting | undefined {
    const now = this.seams.now();
    return this.items.find((item) => item.state === 'waiting' && item.next <= now);
  }
  private async load(): Promise<void> {
    const before = new Map(this.items.map((item) => [item.key, item]));
    const stored = await this.seams.store.all();
    this.items = stored
      .map((item) => ({
        ...item,
        // Whether it arrived is not known; the key makes a second attempt harmless.
        state: item.state === 'sending' ? ('waiting' as const) : item.state,
        next: before.get(item.key)?.next ?? item.next,
      }))
      .sort((a, b) => a.made - b.made);
    this.tell();
  }
  private tell(): void {
    this.seams.changed([...this.items]);
  }
  private async set(key: string, change: Partial<Waiting>, keep = true): Promise<void> {
    this.items = this.items.map((item) => (item.key === key ? { ...item, ...change } : item));
    const item = this.find(key);
    this.tell();
    if (keep && item !== undefined) await this.seams.store.put(item);
  }
  private find(key: string): Waiting | undefined {
    return this.items.find((item) => item.key === key);
  }

  private async attempt({ key }: Waiting): Promise<void> {
    await this.set(key, { state: 'sending', trouble: '' }, false);
    try {
      const item = this.find(key);
      if (item !== undefined && item.number === '') {
        const { number, secret } = await this.seams.send(key, item.body);
        await this.set(key, { number, secret, attempts: 0 });
        this.seams.taken(this.find(key) ?? item);
      }
      await this.sendPhotos(key);
      await this.discard(key);
    } catch (caught) {
      await this.settle(key, caught);
    }
  }
  private async sendPhotos(key: string): Promise<void> {
    const count = this.find(key)?.photos.length ?? 0;
    for (let at = 0; at < count; ++at) {
      const item = this.find(key);
      if (item === undefined || item.photos[at]?.state !== 'waiting') continue;
      try {
        await this.seams.sendPhoto(item, at + 1, (part) => {
          void this.set(key, { photos: this.marked(key, at, { progress: part }) }, false);
        });
        await this.set(key, { photos: this.marked(key, at, { state: 'sent', progress: 1 }) });
      } catch (caught) {
        // A picture that is not taken holds up neither the report nor the other pictures.
        if (!(caught instanceof Refusal) || passes(caught.status)) throw caught;
        const refused = this.marked(key, at, { state: 'refused', progress: 0 });
        await this.set(key, { photos: refused, trouble: caught.detail });
      }
    }
  }
  private marked(key: string, at: number, change: Partial<Photo>): Photo[] {
    const photos = this.find(key)?.photos ?? [];
    return photos.map((photo, index) => (index === at ? { ...photo, ...change } : photo));
  }
  private async settle(key: string, caught: unknown): Promise<void> {
    const error = caught instanceof Refusal ? caught : new Refusal(0, String(caught));
    const attempts = (this.find(key)?.attempts ?? 0) + 1;
    if (!passes(error.status)) {
      await this.set(key, { state: 'refused', trouble: error.detail, attempts });
      return;
    }
    const wait = Math.max(error.wait, waitFor(attempts - 1));
    const trouble = error.status === 0 ? '' : error.detail;
    await this.set(key, { state: 'waiting', attempts, next: this.seams.now() + wait, trouble });
  }
  private plan(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const waiting = this.items.filter((item) => item.state === 'waiting');
    if (waiting.length === 0) return;
    const first = Math.min(...waiting.map((item) => item.next));
    this.timer = setTimeout(() => void this.flush(), Math.max(500, first - this.seams.now()));
  }
}
