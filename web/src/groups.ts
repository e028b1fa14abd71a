// SPDX-License-Identifier: Apache-2.0
// The indicators of a region in the order in which an officer looks for them.
import type { Indicator, RegionIndicator } from './api/types';

export interface Group {
  pack: string;
  /** With a target first, then what else has a value. */
  shown: RegionIndicator[];
  /** What another indicator of the group is put together from, such as bs5g_reported of bs5g. */
  parts: RegionIndicator[];
  /** Without a value. */
  silent: RegionIndicator[];
}

/** Is `id` an ingredient of an indicator whose name its own continues? */
export function isPart(id: string, catalogue: readonly Indicator[]): boolean {
  return catalogue.some(
    (whole) =>
      id.startsWith(`${whole.id}_`) &&
      whole.formula !== null &&
      new RegExp(`\\b${id}\\b`).test(whole.formula),
  );
}

/** The pack that answers most targets comes first, then the one that knows most. */
export function group(items: readonly RegionIndicator[], catalogue: readonly Indicator[]): Group[] {
  const byPack = new Map<string, RegionIndicator[]>();
  for (const item of items) byPack.set(item.pack, [...(byPack.get(item.pack) ?? []), item]);
  const aims = (of: Group): number => of.shown.filter((each) => each.target !== null).length;
  return [...byPack]
    .map(([pack, own]) => {
      const aimed = own.filter((each) => each.target !== null);
      const rest = own.filter((each) => each.target === null);
      const silent = rest.filter((each) => each.value === null);
      const valued = rest.filter((each) => each.value !== null);
      const parts = valued.filter((each) => isPart(each.id, catalogue));
      const whole = valued.filter((each) => !parts.includes(each));
      return { pack, shown: [...aimed, ...whole], parts, silent };
    })
    .sort((a, b) => aims(b) - aims(a) || b.shown.length - a.shown.length);
}
