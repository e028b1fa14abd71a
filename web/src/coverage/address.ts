// SPDX-License-Identifier: Apache-2.0
// What the address holds of coverage: which layer, which link, which imagined site, which place.

export interface Place {
  lon: number;
  lat: number;
}
export interface Layer {
  operator: string;
  /** A band or a technology. */
  band: string;
}
export interface Link {
  from: Place;
  to: Place;
  band: string;
  fromMast: number;
  toMast: number;
}
export interface Site {
  place: Place;
  mast: number;
  band: string;
  operator: string;
  /** Of one sector; null radiates alike in all directions. */
  azimuth: number | null;
}

/** Five digits are about a metre; more would only make the address longer. */
const digits = 5;

export function placeText(place: Place): string {
  return `${round(place.lon)},${round(place.lat)}`;
}
function round(value: number): number {
  return Number(value.toFixed(digits));
}

function number(text: string | undefined, least: number, most: number): number | null {
  if (text === undefined || text.trim() === '') return null;
  const value = Number(text);
  return Number.isFinite(value) && value >= least && value <= most ? value : null;
}
function word(text: string | undefined): string | null {
  return text !== undefined && /^[\w.-]{1,40}$/.test(text) ? text : null;
}

export function readPlace(text: string): Place | null {
  const [first, second, ...more] = text.split(',');
  const lon = number(first, -180, 180);
  const lat = number(second, -90, 90);
  return lon === null || lat === null || more.length > 0 ? null : { lon, lat };
}

/** `operator/band`. */
export function layerText(layer: Layer): string {
  return `${layer.operator}/${layer.band}`;
}
export function readLayer(text: string): Layer | null {
  const [first, second, ...more] = text.split('/');
  const operator = word(first);
  const band = word(second);
  return operator === null || band === null || more.length > 0 ? null : { operator, band };
}

/** `lon,lat~lon,lat~band~mast~mast`. */
export function linkText(link: Link): string {
  return [placeText(link.from), placeText(link.to), link.band, link.fromMast, link.toMast].join(
    '~',
  );
}
export function readLink(text: string): Link | null {
  const [first = '', second = '', third, fourth, fifth] = text.split('~');
  const from = readPlace(first);
  const to = readPlace(second);
  const band = word(third);
  const fromMast = number(fourth, 1, 300);
  const toMast = number(fifth, 1, 300);
  if (from === null || to === null || band === null || fromMast === null || toMast === null) {
    return null;
  }
  return { from, to, band, fromMast, toMast };
}

/** `lon,lat~mast~band~operator~azimuth`; without azimuth all around. */
export function siteText(site: Site): string {
  return [
    placeText(site.place),
    site.mast,
    site.band,
    site.operator,
    ...(site.azimuth === null ? [] : [site.azimuth]),
  ].join('~');
}
export function readSite(text: string): Site | null {
  const [first = '', second, third, fourth, fifth] = text.split('~');
  const place = readPlace(first);
  const mast = number(second, 3, 200);
  const band = word(third);
  const operator = word(fourth);
  if (place === null || mast === null || band === null || operator === null) return null;
  const azimuth = number(fifth, 0, 360);
  if (fifth !== undefined && azimuth === null) return null;
  return { place, mast, band, operator, azimuth };
}

/** The place so many metres to the east and north: for moving a site with the arrow keys. */
export function moved(place: Place, eastM: number, northM: number): Place {
  const metresADegree = 111_320;
  const lat = Math.max(-85, Math.min(85, place.lat + northM / metresADegree));
  const lon = place.lon + eastM / (metresADegree * Math.cos((lat * Math.PI) / 180));
  return { lon: round(((lon + 540) % 360) - 180), lat: round(lat) };
}

/** Great-circle distance on a sphere: to say "4.2 km", not to compute with. */
export function distanceKm(a: Place, b: Place): number {
  const rad = Math.PI / 180;
  const dLat = (b.lat - a.lat) * rad;
  const dLon = (b.lon - a.lon) * rad;
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLon / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(h)));
}
