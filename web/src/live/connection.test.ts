// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connection, silenceMs, waitAfter, type Link } from './connection';
import type { StreamEvent } from './stream';

interface Attempt {
  lastId: string | null;
  say: (text: string) => void;
  cut: () => void;
}

/** A server whose answers are scripted: a status, or 200 with a stream. */
function stage(answers: (number | 'refuse')[], retryAfter = '') {
  const attempts: Attempt[] = [];
  const links: Link[] = [];
  const events: StreamEvent[] = [];
  const fetcher = (async (_: unknown, init: RequestInit) => {
    const answer = answers[attempts.length] ?? 200;
    const lastId = new Headers(init.headers).get('last-event-id');
    const attempt: Attempt = { lastId, say: () => {}, cut: () => {} };
    attempts.push(attempt);
    if (answer === 'refuse') throw new TypeError('refused');
    if (answer !== 200) {
      return new Response('{}', {
        status: answer,
        headers: retryAfter === '' ? {} : { 'retry-after': retryAfter },
      });
    }
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        attempt.say = (text) => controller.enqueue(new TextEncoder().encode(text));
        attempt.cut = () => controller.close();
        init.signal?.addEventListener('abort', () => controller.error(new Error('aborted')));
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }) as typeof fetch;
  const connection = new Connection(
    '/v1/events',
    {
      link: (link) => links.push(link),
      heard: () => {},
      events: (some) => events.push(...some),
    },
    { fetch: fetcher, now: () => Date.now(), random: () => 0 },
  );
  return { attempts, links, events, connection, last: () => links[links.length - 1] };
}

describe('Connection', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

  it('resumes after the last event it saw', async () => {
    const { attempts, events, connection, last } = stage([]);
    connection.open();
    await pass(0);
    expect(last()?.state).toBe('live');
    attempts[0]!.say('id: 41\nevent: clock\ndata: {}\n\nid: 42\ndata: {}\n\n');
    await pass(0);
    attempts[0]!.cut();
    await pass(0);
    expect(last()?.state).toBe('lost');
    await pass(600);
    expect(attempts.map((each) => each.lastId)).toEqual([null, '42']);
    expect([last()?.state, events.length]).toEqual(['live', 2]);
    connection.close();
  });
  it('waits longer after each failure, and keeps the moment of the loss', async () => {
    const { attempts, links, connection } = stage(['refuse', 'refuse', 'refuse', 200]);
    connection.open();
    await pass(0);
    const waits = [500, 1000, 2000];
    for (const wait of waits) {
      expect(links[links.length - 1]).toMatchObject({ state: 'lost', next: Date.now() + wait });
      await pass(wait);
    }
    expect(attempts).toHaveLength(4);
    expect(new Set(links.slice(0, 3).map((link) => link.since)).size).toBe(1);
    expect(links[links.length - 1]?.state).toBe('live');
    connection.close();
  });
  it('takes a stream that says nothing for lost', async () => {
    const { attempts, connection, last } = stage([]);
    connection.open();
    await pass(silenceMs - 1000);
    attempts[0]!.say(': alive\n\n');
    await pass(silenceMs - 1000);
    expect(last()?.state).toBe('live');
    await pass(1001);
    expect(last()?.state).toBe('lost');
    connection.close();
  });
  it('tells a server without an engine from one that is gone', async () => {
    const { attempts, connection, last } = stage([404, 200]);
    connection.open();
    await pass(0);
    expect(last()?.state).toBe('absent');
    await pass(29_000);
    expect(attempts).toHaveLength(1);
    connection.open(); // The user asks.
    await pass(0);
    expect(last()?.state).toBe('live');
    connection.close();
  });
  it('comes back no sooner than the server asks', async () => {
    const { attempts, connection, last } = stage([503, 200], '9');
    connection.open();
    await pass(8900);
    expect([attempts.length, last()?.state]).toEqual([1, 'lost']);
    await pass(200);
    expect(attempts).toHaveLength(2);
    connection.close();
  });
  it('does nothing more once closed', async () => {
    const { attempts, connection } = stage(['refuse']);
    connection.open();
    await pass(0);
    connection.close();
    await pass(60_000);
    expect(attempts).toHaveLength(1);
  });
});

describe('waitAfter', () => {
  it('doubles up to its bound, with up to a fifth at random', () => {
    expect([0, 1, 2, 3].map((n) => waitAfter(n, 0))).toEqual([500, 1000, 2000, 4000]);
    expect(waitAfter(40, 1)).toBe(24_000);
  });
});
