// SPDX-License-Identifier: Apache-2.0
// Series of indicators, asked for a few at a time and remembered while the page is open.
import { get } from './api/client';
import type { IndicatorSeries } from './api/types';
import { queue } from './load';

const limit = 400; // Enough for every indicator of a few regions.
const atATime = 4; // Leaves the server's other requests room.
const known = new Map<string, IndicatorSeries>();
const polite = queue(atATime);

export async function seriesOf(
  id: string,
  region: string,
  overlay: string,
  signal: AbortSignal,
): Promise<IndicatorSeries> {
  const key = JSON.stringify([id, region, overlay]);
  const had = known.get(key);
  if (had !== undefined) return had;
  const fresh = await polite(() => {
    signal.throwIfAborted();
    return get('/v1/indicators/{id}/series', { path: { id }, query: { region, overlay }, signal });
  });
  if (known.size >= limit) known.delete(known.keys().next().value ?? '');
  known.set(key, fresh);
  return fresh;
}

/** After an import every series may be another. */
export function forgetSeries(): void {
  known.clear();
}

interface At {
  at: string;
}
/** A series that was asked for, and the points that came since; where both have one, the newer. */
export function joined<P extends At, Q extends At>(asked: readonly P[], tail: readonly Q[]) {
  const first = tail[0];
  if (first === undefined) return [...asked] as (P | Q)[];
  const times = new Set(tail.map((point) => Date.parse(point.at)));
  const kept = asked.filter((point) => !times.has(Date.parse(point.at)));
  const all: (P | Q)[] = [...kept, ...tail];
  const last = kept[kept.length - 1];
  const ordered = last === undefined || Date.parse(last.at) <= Date.parse(first.at);
  return ordered ? all : all.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
