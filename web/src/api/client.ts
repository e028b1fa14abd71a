// SPDX-License-Identifier: Apache-2.0
// One typed function per HTTP verb; everything that fails becomes an `ApiError`.
import type { Complaint, Paths, Problem } from './types';

/** What a panel shows when a request fails: one sentence, and the places where it is wrong. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly errors: Complaint[] = [],
    /** The problem as it was answered, with what only some answers have. */
    readonly body: Record<string, unknown> = {},
    /** Seconds until it is worth another try, where the server says so. */
    readonly wait_s: number | null = null,
  ) {
    super(detail);
  }
}

type Answer<Op> = Op extends { responses: { 200: { content: { 'application/json': infer T } } } }
  ? T
  : never;
type GetPath = {
  [P in keyof Paths]: Paths[P] extends { get: infer Op }
    ? Answer<Op> extends never
      ? never
      : P
    : never;
}[keyof Paths];
type GetOp<P extends GetPath> = Paths[P] extends { get: infer Op } ? Op : never;
type QueryOf<Op> = Op extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;

/** Query members that are `undefined`, `null` or empty are left out. */
type Loose<Q> = { [K in keyof Q]?: Q[K] | null | undefined };

export interface GetOptions<Q> {
  path?: Record<string, string>;
  query?: Loose<Q>;
  signal?: AbortSignal;
}

/** Fills `{…}` of a path of the contract and appends the query. */
export function url(
  path: string,
  params: Record<string, string> = {},
  query: Record<string, unknown> = {},
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    return encodeURIComponent(params[name] ?? '');
  });
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return text === '' ? filled : `${filled}?${text}`;
}

async function problemOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  try {
    const problem = JSON.parse(text) as Partial<Problem>;
    return new ApiError(
      response.status,
      problem.detail ?? problem.title ?? response.statusText,
      problem.errors ?? [],
      problem as Record<string, unknown>,
      Number(response.headers.get('retry-after')) || null,
    );
  } catch {
    return new ApiError(response.status, `${response.status} ${response.statusText}`);
  }
}

/** Who is signed in is the session's business; requests only carry its word. */
export interface Gate {
  /** For what a cookie alone must not change. */
  csrf: () => string;
  /** After a 401 or a refused CSRF word: is it worth another try? May `ask` the person. */
  again: (status: number, ask: boolean) => Promise<boolean>;
}
let gate: Gate = { csrf: () => '', again: () => Promise.resolve(false) };
export function setGate(next: Gate): void {
  gate = next;
}

async function send(address: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'network');
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function get<P extends GetPath>(
  path: P,
  options: GetOptions<QueryOf<GetOp<P>>> = {},
): Promise<Answer<GetOp<P>>> {
  const address = url(path, options.path, options.query as Record<string, unknown>);
  const init: RequestInit = { headers: { Accept: 'application/json' } };
  if (options.signal !== undefined) init.signal = options.signal;
  const response = await send(address, init);
  return (await response.json()) as Answer<GetOp<P>>;
}

export interface WriteOptions {
  token?: string;
  type?: string;
  body?: Blob | string;
  signal?: AbortSignal;
  /** The same for every attempt at one thing, so that it is done once. */
  key?: string;
  /** Nobody is asked to sign in: for what goes on in the background. */
  quiet?: boolean;
  headers?: Record<string, string>;
}

/** A fresh idempotency key; `crypto.randomUUID` is missing where a page came by plain HTTP. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * For whatever changes something; the answer is JSON or nothing (204). Without a token it goes
 * under the session: when that has ended, the person is asked to sign in and it is sent once more.
 */
export async function write<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  address: string,
  options: WriteOptions = {},
): Promise<T | null> {
  const byToken = options.token !== undefined && options.token !== '';
  const attempt = (): Promise<Response> => {
    const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
    if (byToken) headers['Authorization'] = `Bearer ${options.token}`;
    else if (gate.csrf() !== '') headers['X-Cairn-CSRF'] = gate.csrf();
    if (options.type !== undefined) headers['Content-Type'] = options.type;
    if (options.key !== undefined) headers['Idempotency-Key'] = options.key;
    const init: RequestInit = { method, headers };
    if (options.body !== undefined) init.body = options.body;
    if (options.signal !== undefined) init.signal = options.signal;
    return send(address, init);
  };
  let response: Response;
  try {
    response = await attempt();
  } catch (error) {
    const barred = error instanceof ApiError && (error.status === 401 || error.status === 403);
    if (!barred || byToken) throw error;
    if (!(await gate.again(error.status, options.quiet !== true))) throw error;
    response = await attempt();
  }
  return response.status === 204 ? null : ((await response.json()) as T);
}

/** `write` of a JSON body. */
export function writeJson<T>(
  method: 'POST' | 'PUT' | 'PATCH',
  address: string,
  body: unknown,
  options: WriteOptions = {},
): Promise<T | null> {
  const text = JSON.stringify(body);
  return write<T>(method, address, { ...options, type: 'application/json', body: text });
}
