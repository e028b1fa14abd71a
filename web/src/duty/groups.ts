// SPDX-License-Identifier: Apache-2.0
// Groups of alerts in the order in which a person should look at them.
import type { AlertGroup, Grant, Incident, WarningLevel } from '../api/types';
import { rankOf } from './sound';

/** Does a person have to look at it now? What is inside another group calls through that one. */
export function calls(group: AlertGroup): boolean {
  return group.state === 'open' && stands(group);
}
/** It is a line of its own: neither part nor consequence of another group. */
export function stands(group: AlertGroup): boolean {
  return group.parent === null && group.cause === null;
}

/** The gravest first; then what nobody has acknowledged; then the newest. */
export function inOrder(groups: Iterable<AlertGroup>): AlertGroup[] {
  return [...groups].sort(
    (a, b) =>
      Number(calls(b)) - Number(calls(a)) ||
      rankOf(b.level) - rankOf(a.level) ||
      Number(a.acknowledged !== null) - Number(b.acknowledged !== null) ||
      Date.parse(b.opened) - Date.parse(a.opened) ||
      (a.id < b.id ? -1 : 1),
  );
}

export interface Board {
  /** They call, or will in a few seconds. */
  calling: AlertGroup[];
  /** In maintenance, put aside. */
  quiet: AlertGroup[];
  /** Newest end first. */
  cleared: AlertGroup[];
  /** By the id of the cause, or of the group they became a part of. */
  under: ReadonlyMap<string, AlertGroup[]>;
}

export interface GroupFilter {
  /** Code of a division; empty for anywhere. */
  region: string;
  pack: string;
  levels: readonly WarningLevel[];
}
export function passes(group: AlertGroup, filter: GroupFilter): boolean {
  return (
    (filter.region === '' || (group.region?.code ?? '').startsWith(filter.region)) &&
    (filter.pack === '' || group.pack === filter.pack) &&
    (filter.levels.length === 0 || filter.levels.includes(group.level))
  );
}

const recent = 6 * 3600e3; // Milliseconds: a shift looks back so far.

export function boardOf(
  open: Iterable<AlertGroup>,
  over: Iterable<AlertGroup>,
  now: number,
): Board {
  const under = new Map<string, AlertGroup[]>();
  const all = inOrder(open);
  const known = new Set(all.map((group) => group.id));
  const top: AlertGroup[] = [];
  for (const group of all) {
    const above = group.parent ?? group.cause;
    // A part whose whole is not known here must not vanish with it.
    if (above === null || !known.has(above)) top.push(group);
    else under.set(above, [...(under.get(above) ?? []), group]);
  }
  const cleared = [...over].filter(
    (group) => stands(group) && now - Date.parse(group.cleared ?? group.changed) < recent,
  );
  cleared.sort((a, b) => Date.parse(b.cleared ?? b.changed) - Date.parse(a.cleared ?? a.changed));
  return {
    calling: top.filter((group) => group.state !== 'quiet'),
    quiet: top.filter((group) => group.state === 'quiet'),
    cleared,
    under,
  };
}

export function byLevel(groups: Iterable<AlertGroup>): Record<WarningLevel, number> {
  const counts = { red: 0, orange: 0, yellow: 0, blue: 0 };
  for (const group of groups) if (calls(group)) counts[group.level]++;
  return counts;
}

/** Can whoever has these rights see the incidents of a place? Only he can say that nobody has it. */
export function seesIncidents(grants: readonly Grant[], region: string): boolean {
  return grants.some(
    ({ role, region: granted }) =>
      (role === 'duty_officer' || role === 'unit' || role === 'checker') &&
      (!/^\d+$/.test(granted) || region.startsWith(granted)),
  );
}

const lights = ['green', 'yellow', 'red', 'overdue'] as const;
/** The worst incident of each group, or what it was linked to: who has it, and is he late? */
export function incidentsByGroup(incidents: Iterable<Incident>): Map<string, Incident> {
  const all = new Map([...incidents].map((each) => [each.id, each]));
  const found = new Map<string, Incident>();
  for (const own of all.values()) {
    const incident = own.duplicate_of === null ? own : all.get(own.duplicate_of);
    if (own.group === null || incident === undefined) continue;
    const known = found.get(own.group);
    const worse = (a: Incident, b: Incident): boolean =>
      lights.indexOf(a.light) > lights.indexOf(b.light);
    if (known === undefined || worse(incident, known)) found.set(own.group, incident);
  }
  return found;
}

/** Past its deadline, whatever the newest word of its light was. */
export function isOverdue(incident: Incident, now: number): boolean {
  if (incident.closed !== null || incident.duplicate_of !== null || incident.paused) return false;
  return incident.light === 'overdue' || (incident.due !== null && Date.parse(incident.due) < now);
}

export interface UnitOverdue {
  unit: Incident['unit'];
  count: number;
  /** Milliseconds of the one that waits longest. */
  longest: number;
}
export function overdueByUnit(incidents: Iterable<Incident>, now: number): UnitOverdue[] {
  const units = new Map<string, UnitOverdue>();
  for (const incident of incidents) {
    if (!isOverdue(incident, now)) continue;
    const key = incident.unit?.id ?? '';
    const one = units.get(key) ?? { unit: incident.unit, count: 0, longest: 0 };
    one.count++;
    one.longest = Math.max(one.longest, incident.due === null ? 0 : now - Date.parse(incident.due));
    units.set(key, one);
  }
  return [...units.values()].sort((a, b) => b.count - a.count || b.longest - a.longest);
}

/** The level of each division: the gravest of the groups that call there. */
export function levelsOf(
  groups: Iterable<AlertGroup>,
): Map<string, { level: WarningLevel; count: number }> {
  const found = new Map<string, { level: WarningLevel; count: number }>();
  for (const group of groups) {
    const code = group.region?.code ?? '';
    if (code === '' || !calls(group)) continue;
    const known = found.get(code);
    found.set(code, {
      level:
        known !== undefined && rankOf(known.level) > rankOf(group.level)
          ? known.level
          : group.level,
      count: (known?.count ?? 0) + 1,
    });
  }
  return found;
}
