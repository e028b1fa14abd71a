// SPDX-License-Identifier: Apache-2.0
import type { Complaint } from './api/types';

/** The text around an error, cut at code points as the server counts them. */
export function splitAt(
  text: string,
  complaint: Pick<Complaint, 'offset' | 'length'>,
): { before: string; marked: string; after: string } {
  if (complaint.offset === undefined) return { before: text, marked: '', after: '' };
  const points = [...text];
  const from = Math.min(complaint.offset, points.length);
  // A place without an extent means the word that begins there.
  const word = /^[\p{L}\p{N}_]+/u.exec(points.slice(from).join(''))?.[0] ?? '';
  const length = Math.max(complaint.length ?? 1, 1);
  const to = Math.min(
    points.length,
    from + (length === 1 ? Math.max(1, [...word].length) : length),
  );
  // An error at the very end has no letter to mark; a caret stands in.
  const marked = from === points.length ? '▲' : points.slice(from, to).join('');
  return { before: points.slice(0, from).join(''), marked, after: points.slice(to).join('') };
}
