// SPDX-License-Identifier: Apache-2.0
// Which series of a thing shows best why a rule fired, and where its threshold lies.
import type { ThingProperty } from './api/types';

export interface MainSeries {
  property: string;
  /** In the unit of the property; null when the rule compares something else. */
  threshold: number | null;
}

function names(formula: string): string[] {
  const bare = formula.replace(/'[^']*'/g, ' ');
  return [...bare.matchAll(/[A-Za-z_]\w*/g)].map((match) => match[0]);
}

/** The number of `name > 9.8 m3/s`, when the unit is that of the property or left out. */
function thresholdOf(when: string, property: ThingProperty): number | null {
  const whole = /^\s*(\w+)\s*(?:>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*(\S*)\s*$/.exec(when);
  if (whole === null || whole[1] !== property.id) return null;
  return whole[3] === '' || whole[3] === property.unit ? Number(whole[2]) : null;
}

export function mainSeries(when: string, properties: readonly ThingProperty[]): MainSeries | null {
  const byId = new Map(properties.map((property) => [property.id, property]));
  let front = names(when);
  // A derived property is drawn by what it is made of, three steps down at most.
  for (let depth = 0; depth < 4; depth++) {
    const drawn = front.map((id) => byId.get(id)).find((property) => property?.series);
    if (drawn !== undefined) {
      return { property: drawn.id, threshold: depth === 0 ? thresholdOf(when, drawn) : null };
    }
    front = front.flatMap((id) => names(byId.get(id)?.formula ?? ''));
  }
  return null;
}
