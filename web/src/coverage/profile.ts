// SPDX-License-Identifier: Apache-2.0
// A link's profile as lines of a chart: the earth's curve is added to the terrain, so that the ray
// stays straight.
import type { LinkProfile } from '../api/types';

export type Pair = [km: number, m: number];

export interface Lines {
  ground: Pair[];
  sea: Pair[];
  ray: Pair[];
  /** The lower and upper edge of the first Fresnel zone. */
  low: Pair[];
  high: Pair[];
  least: number;
  greatest: number;
}

export function linesOf(profile: LinkProfile): Lines {
  const { distance_km, terrain_m, bulge_m, ray_m, fresnel_m } = profile.points;
  const pick = (value: (i: number) => number): Pair[] =>
    distance_km.map((km, i) => [km, value(i)] as Pair);
  const at = (list: number[], i: number): number => list[i] ?? 0;
  const ground = pick((i) => at(terrain_m, i) + at(bulge_m, i));
  const sea = pick((i) => at(bulge_m, i));
  const ray = pick((i) => at(ray_m, i));
  const low = pick((i) => at(ray_m, i) - at(fresnel_m, i));
  const high = pick((i) => at(ray_m, i) + at(fresnel_m, i));
  const all = [...ground, ...ray, ...low, ...high].map((pair) => pair[1]);
  const least = all.length === 0 ? 0 : all.reduce((a, b) => Math.min(a, b));
  const greatest = all.length === 0 ? 1 : all.reduce((a, b) => Math.max(a, b));
  return { ground, sea, ray, low, high, least, greatest };
}

/** How much of the first Fresnel zone is free at its worst place; below 0 the ray itself is cut. */
export function clearance(profile: LinkProfile): { part: number; km: number } | null {
  const { distance_km, terrain_m, bulge_m, ray_m, fresnel_m } = profile.points;
  let worst: { part: number; km: number } | null = null;
  distance_km.forEach((km, i) => {
    const radius = fresnel_m[i] ?? 0;
    if (radius <= 0) return; // At the ends the zone is a point.
    const free = (ray_m[i] ?? 0) - (terrain_m[i] ?? 0) - (bulge_m[i] ?? 0);
    const part = free / radius;
    if (worst === null || part < worst.part) worst = { part, km };
  });
  return worst;
}
