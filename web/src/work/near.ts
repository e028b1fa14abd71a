// SPDX-License-Identifier: Apache-2.0
// Incidents around a place: is it the same one?
import type { Incident } from '../api/types';

const earthKm = 6371;

/** Kilometres over the sphere; good enough to say how near. */
export function distanceKm(
  a: { lon: number; lat: number },
  b: { lon: number; lat: number },
): number {
  const rad = Math.PI / 180;
  const dLat = (b.lat - a.lat) * rad;
  const dLon = (b.lon - a.lon) * rad;
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLon / 2) ** 2;
  return 2 * earthKm * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** The nearest first; those without a position after them, the newest first. */
export function nearest(
  incidents: readonly Incident[],
  place: { lon: number; lat: number } | null,
): { incident: Incident; km: number | null }[] {
  return incidents
    .map((incident) => ({
      incident,
      km: place === null || !incident.position ? null : distanceKm(place, incident.position),
    }))
    .sort((a, b) => {
      return (
        (a.km ?? Infinity) - (b.km ?? Infinity) ||
        Date.parse(b.incident.opened) - Date.parse(a.incident.opened)
      );
    });
}
