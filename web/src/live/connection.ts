// SPDX-License-Identifier: Apache-2.0
// The one stream of the page: kept open, resumed after the last event, and honest when it is lost.
import { EventParser, type StreamEvent } from './stream';

/**
 * `absent`: the server answers, but has no live engine. `lost`: it does not answer, or has been
 * silent for too long; `since` is the moment at which it was last heard.
 */
export type LinkState = 'connecting' | 'live' | 'lost' | 'absent';
export interface Link {
  state: LinkState;
  /** Local time in milliseconds. */
  since: number;
  /** Of the next attempt; null while one is under way or none is needed. */
  next: number | null;
}

export interface Seams {
  fetch: typeof fetch;
  now: () => number;
  random: () => number;
}

export interface Listener {
  link: (link: Link) => void;
  heard: (now: number) => void;
  events: (events: StreamEvent[]) => void;
}

const firstWait = 500; // Milliseconds; doubled after each failure, with up to a fifth at random.
const longestWait = 20_000; // A duty officer should not wait longer for a server that is back.
const absentWait = 30_000;
/** The server says something every ten seconds; twice that and a little without a word is a loss. */
export const silenceMs = 25_000;

export function waitAfter(failures: number, random: number): number {
  const plain = Math.min(longestWait, firstWait * 2 ** Math.min(failures, 16));
  return Math.round(plain * (1 + random / 5));
}

export class Connection {
  private stop: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private watchdog: ReturnType<typeof setTimeout> | null = null;
  private failures = 0;
  private lastId = '';
  private lastHeard: number;
  private closed = false;

  constructor(
    private readonly address: string,
    private readonly listener: Listener,
    private readonly seams: Seams,
  ) {
    this.lastHeard = seams.now();
  }

  /** Opens it, or tries at once instead of waiting. Does nothing while it is open. */
  open(): void {
    if (this.closed || this.stop !== null) return;
    this.clear();
    void this.run();
  }

  close(): void {
    this.closed = true;
    this.clear();
    this.stop?.abort();
    this.stop = null;
  }

  private clear(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.watchdog !== null) clearTimeout(this.watchdog);
    this.timer = this.watchdog = null;
  }

  private feed(mine: AbortController): void {
    this.lastHeard = this.seams.now();
    if (this.watchdog !== null) clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => mine.abort(), silenceMs);
    this.listener.heard(this.lastHeard);
  }

  private async run(): Promise<void> {
    const mine = new AbortController();
    this.stop = mine;
    let status = 0;
    let asked: number | null = null;
    try {
      this.watchdog = setTimeout(() => mine.abort(), silenceMs);
      const headers: Record<string, string> = { Accept: 'text/event-stream' };
      if (this.lastId !== '') headers['Last-Event-ID'] = this.lastId;
      const response = await this.seams.fetch(this.address, {
        headers,
        signal: mine.signal,
        cache: 'no-store',
      });
      status = response.status;
      const after = Number(response.headers.get('retry-after') ?? NaN);
      if (Number.isFinite(after)) asked = after * 1000;
      const type = response.headers.get('content-type') ?? '';
      if (response.ok && type.startsWith('text/event-stream') && response.body !== null) {
        asked = await this.read(response.body, mine);
      } else if (response.ok) {
        status = 404; // Something answers, but it is no engine.
      }
    } catch {
      // A network that fails, a stream that is cut or an event without an end: all are a loss.
    }
    mine.abort();
    if (this.stop !== mine || this.closed) return;
    this.stop = null;
    this.clear();
    this.later(status, asked);
  }

  private async read(
    body: ReadableStream<Uint8Array>,
    mine: AbortController,
  ): Promise<number | null> {
    const parser = new EventParser(this.lastId);
    const reader = body.getReader();
    const decoder = new TextDecoder();
    this.feed(mine);
    this.failures = 0;
    this.listener.link({ state: 'live', since: this.lastHeard, next: null });
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return parser.retry;
      this.feed(mine);
      const events = parser.push(decoder.decode(value, { stream: true }));
      this.lastId = parser.lastId;
      if (events.length > 0) this.listener.events(events);
    }
  }

  private later(status: number, asked: number | null): void {
    const absent = status === 404 || status === 405 || status === 501;
    const wait = absent
      ? absentWait
      : Math.max(asked ?? 0, waitAfter(this.failures++, this.seams.random()));
    const now = this.seams.now();
    this.listener.link({
      state: absent ? 'absent' : 'lost',
      since: this.lastHeard,
      next: now + wait,
    });
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.run();
    }, wait);
  }
}
