// SPDX-License-Identifier: Apache-2.0
// One typed function per HTTP verb; everything that fails becomes an `ApiError`.
import type { Complaint, Paths, Problem } from './types';

/** What a panel shows when a request fails: one sentence, and the places where it is wrong. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly errors: Complaint[] = [],
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
    );
  } catch {
    return new ApiError(response.status, `${response.status} ${response.statusText}`);
  }
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
}

/** For POST and DELETE; the answer is JSON or nothing (204). */
export async function write<T>(
  method: 'POST' | 'DELETE',
  address: string,
  options: WriteOptions = {},
): Promise<T | null> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.token !== undefined && options.token !== '') {
    headers['Authorization'] = `Bearer ${options.token}`;
  }
  if (options.type !== undefined) headers['Content-Type'] = options.type;
  const init: RequestInit = { method, headers };
  if (options.body !== undefined) init.body = options.body;
  if (options.signal !== undefined) init.signal = options.signal;
  const response = await send(address, init);
  return response.status === 204 ? null : ((await response.json()) as T);
}
