// SPDX-License-Identifier: Apache-2.0
// The message of a warning while it is looked at: what was typed over it, and what that asks for.
import type { Bbox, Channel, Text, WarningChannel, WarningDraft, WarningWish } from '../api/types';
import type { AlertSeverity, WarningDelivery, WarningLevel } from '../api/types';
import type { Feature, FeatureCollection, Geometry } from 'geojson';

export const warningLevels: readonly WarningLevel[] = ['red', 'orange', 'yellow', 'blue'];
const severityByLevel: Record<WarningLevel, AlertSeverity> = {
  red: 'Extreme',
  orange: 'Severe',
  yellow: 'Moderate',
  blue: 'Minor',
};
export function severityOf(level: WarningLevel): AlertSeverity {
  return severityByLevel[level];
}

/** The texts of a message, which a person may change before it goes. */
export const textFields = ['headline', 'description', 'instruction'] as const;
export type TextField = (typeof textFields)[number];

/** What a person chose; what he left alone is made anew by the server at every check. */
export interface Edits {
  level?: WarningLevel;
  status?: 'Actual' | 'Exercise' | 'Test';
  expires_minutes?: number;
  regions?: string[];
  polygon?: Record<string, unknown> | null;
  reason?: string;
  headline?: Text;
  description?: Text;
  instruction?: Text;
}

/** The wish to be prepared: where it began, with what was changed laid over it. */
export function wishOf(start: WarningWish, edits: Edits): WarningWish {
  const wish: WarningWish = { ...start };
  for (const [key, value] of Object.entries(edits)) {
    if (value === undefined) continue;
    if (value === null) delete (wish as Record<string, unknown>)[key];
    else (wish as Record<string, unknown>)[key] = value;
  }
  return wish;
}

/** Is what is shown still what would be sent? */
export function isStale(wish: WarningWish, prepared: WarningWish | null): boolean {
  return prepared === null || JSON.stringify(sorted(wish)) !== JSON.stringify(sorted(prepared));
}
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Record<string, unknown>);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]),
  );
}

/** Nothing says yet what it is about: a person must. */
export function isFree(wish: WarningWish): boolean {
  return !wish.group && !wish.incident && !wish.warning && !wish.regions?.length && !wish.polygon;
}

export function shapesOf(draft: Pick<WarningDraft, 'areas' | 'level'>): FeatureCollection {
  const features = draft.areas
    .filter((area) => area.geometry !== null)
    .map<Feature>((area) => ({
      type: 'Feature',
      geometry: area.geometry as unknown as Geometry,
      properties: { severity: severityOf(draft.level) },
    }));
  return { type: 'FeatureCollection', features };
}

/** West, south, east, north of all shapes; null when there are none. */
export function boundsOf(shapes: FeatureCollection): Bbox | null {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    const [x, y] = part as unknown[];
    if (typeof x === 'number' && typeof y === 'number') {
      box[0] = Math.min(box[0] ?? x, x);
      box[1] = Math.min(box[1] ?? y, y);
      box[2] = Math.max(box[2] ?? x, x);
      box[3] = Math.max(box[3] ?? y, y);
      return;
    }
    part.forEach(walk);
  };
  for (const { geometry } of shapes.features) {
    if ('coordinates' in geometry) walk(geometry.coordinates);
  }
  return Number.isFinite(box[0]) ? (box as Bbox) : null;
}

/** With ground around it, so that one sees where it lies; `share` of its size on each side. */
export function widened(box: Bbox | null, share = 0.6): Bbox | null {
  if (box === null) return null;
  const [west = 0, south = 0, east = 0, north = 0] = box;
  const [x, y] = [Math.max(0.05, (east - west) * share), Math.max(0.05, (north - south) * share)];
  return [west - x, south - y, east + x, north + y];
}

export type Health = 'ok' | 'waiting' | 'trouble' | 'off';
/** What a person must know of a way out before he relies on it; the worst first. */
export function healthOf(channel: Channel | WarningChannel): Health {
  if (!channel.enabled) return 'off';
  if ('broken' in channel && channel.broken !== null) return 'trouble';
  if (channel.trouble !== null) return 'trouble';
  return channel.waiting > 0 ? 'waiting' : 'ok';
}

export type DeliveryState = 'delivered' | 'given_up' | 'trying' | 'waiting';
export function stateOf(delivery: WarningDelivery): DeliveryState {
  if (delivery.delivered !== null) return 'delivered';
  if (delivery.given_up !== null) return 'given_up';
  return delivery.attempts > 0 ? 'trying' : 'waiting';
}
export function isSettled(deliveries: readonly WarningDelivery[]): boolean {
  return deliveries.every((each) => ['delivered', 'given_up'].includes(stateOf(each)));
}
