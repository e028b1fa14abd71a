// SPDX-License-Identifier: Apache-2.0
// What of a list stands on the wall: all of it where it fits, else screen by screen.

export interface Screenful<T> {
  rows: T[];
  /** From 1. */
  page: number;
  pages: number;
}

/** The gravest rows stand on every screen; the others take turns in what room is left. */
export function screenful<T>(
  rows: readonly T[],
  room: number,
  turn: number,
  pinned: number,
): Screenful<T> {
  const fit = Math.max(1, Math.floor(room));
  if (rows.length <= fit) return { rows: [...rows], page: 1, pages: 1 };
  const kept = Math.min(pinned, fit - 1, rows.length);
  const rest = rows.slice(kept);
  const each = fit - kept;
  const pages = Math.ceil(rest.length / each);
  const page = ((turn % pages) + pages) % pages;
  return {
    rows: [...rows.slice(0, kept), ...rest.slice(page * each, (page + 1) * each)],
    page: page + 1,
    pages,
  };
}
