// SPDX-License-Identifier: Apache-2.0
// Units and kinds of incidents: they change with the packs only, so they are asked for once.
import { shallowRef } from 'vue';
import { get } from '../api/client';
import type { IncidentKind, Text, Unit } from '../api/types';

const unitList = shallowRef<Unit[]>([]);
const kindList = shallowRef<IncidentKind[]>([]);
let asked = false;

async function load(): Promise<void> {
  asked = true;
  try {
    const [units, kinds] = await Promise.all([get('/v1/units'), get('/v1/incident-kinds')]);
    unitList.value = units.units;
    kindList.value = kinds.kinds;
  } catch {
    asked = false; // Ids are shown, and the next question tries again.
  }
}
export function units(): readonly Unit[] {
  if (!asked) void load();
  return unitList.value;
}
export function kinds(): readonly IncidentKind[] {
  if (!asked) void load();
  return kindList.value;
}
export function unitName(id: string): Text {
  return units().find((unit) => unit.id === id)?.label ?? { zh: id, en: id };
}

/** Kinds under their headings, in the order of the packs. */
export function kindsByGroup(
  list: readonly IncidentKind[],
): { group: Text; kinds: IncidentKind[] }[] {
  const groups = new Map<string, { group: Text; kinds: IncidentKind[] }>();
  for (const kind of list) {
    const known = groups.get(kind.group.zh) ?? { group: kind.group, kinds: [] };
    known.kinds.push(kind);
    groups.set(kind.group.zh, known);
  }
  return [...groups.values()];
}

/** Does `region` lie in `above`? By their codes; a zone ('') holds everything. */
export function liesIn(region: string, above: string): boolean {
  return above === '' || !/^\d/.test(above) || region.startsWith(above);
}

export interface RouteGuess {
  unit: Unit;
  desk: boolean;
}
/**
 * Where the server will send it: to the unit of the first of the kind's `to` that is nearest
 * above the place, else to the nearest desk. Only a hint; the record says what was done.
 */
export function routeOf(
  kind: Pick<IncidentKind, 'to'>,
  region: string,
  all: readonly Unit[],
): RouteGuess | null {
  const nearest = (some: readonly Unit[]): Unit | null =>
    [...some]
      .filter((unit) => liesIn(region, unit.region))
      .sort((a, b) => depth(b.region) - depth(a.region))[0] ?? null;
  for (const wanted of kind.to) {
    const unit = nearest(all.filter((each) => each.kind === wanted));
    if (unit !== null) return { unit, desk: false };
  }
  const desk = nearest(all.filter((each) => each.desk));
  return desk === null ? null : { unit: desk, desk: true };
}
function depth(region: string): number {
  return /^\d+$/.test(region) ? region.length : 0;
}

/** Units that a search finds; those that answer for the place first. */
export function findUnits(text: string, region: string, all: readonly Unit[]): Unit[] {
  const words = text.trim().toLowerCase().split(/\s+/);
  const hay = (unit: Unit): string =>
    [unit.id, unit.label.zh, unit.label.en, unit.region, unit.region_label.zh, unit.region_label.en]
      .join(' ')
      .toLowerCase();
  const near = (unit: Unit): number => (liesIn(region, unit.region) ? depth(unit.region) + 1 : 0);
  return all
    .filter((unit) => words.every((word) => hay(unit).includes(word)))
    .sort((a, b) => near(b) - near(a) || (a.region < b.region ? -1 : a.region > b.region ? 1 : 0));
}
