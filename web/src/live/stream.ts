// SPDX-License-Identifier: Apache-2.0
// Server-sent events, taken from a text that arrives in pieces. The browser's own EventSource
// hides the status of a refusal and forgets the last id when it is made anew; we need both.

export interface StreamEvent {
  /** Its own; empty when it has none, as the ticks of a clock. */
  id: string;
  name: string;
  data: string;
}

/** One event may be so long; more than that is no event of ours. */
export const longestEvent = 4 << 20; // Characters.

export class EventParser {
  /** What the server wishes as the wait before the next attempt, in milliseconds. */
  retry: number | null = null;
  private rest = '';
  private id: string;
  private own = '';
  private name = '';
  private data: string[] = [];
  private size = 0;

  constructor(id = '') {
    this.id = id;
  }

  get lastId(): string {
    return this.id;
  }

  /** The events that `text` completes. Throws a RangeError on one without an end. */
  push(text: string): StreamEvent[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    const events: StreamEvent[] = [];
    for (const line of lines) this.line(line, events);
    if (this.size + this.rest.length > longestEvent) throw new RangeError('an event too long');
    return events;
  }

  private line(line: string, events: StreamEvent[]): void {
    if (line === '') {
      if (this.data.length > 0) {
        events.push({ id: this.own, name: this.name || 'message', data: this.data.join('\n') });
      }
      this.own = this.name = '';
      this.data = [];
      this.size = 0;
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return; // A comment, as heartbeats are.
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') {
      this.data.push(value);
      this.size += value.length;
    } else if (field === 'event') {
      this.name = value;
    } else if (field === 'id' && !value.includes('\0')) {
      this.id = this.own = value;
    } else if (field === 'retry' && /^\d{1,8}$/.test(value)) {
      this.retry = Number(value);
    }
  }
}
