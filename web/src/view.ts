// SPDX-License-Identifier: Apache-2.0
// The view is what the address bar holds: a link shares it, and back works.
import type { Level } from './api/types';

export type Lang = 'zh' | 'en';

export interface View {
  /** GB/T 2260 code or id of a region folder; empty means the server's home region. */
  region: string;
  indicator: string;
  level: Level;
  /** As-of date as the server takes it; empty means the server's default. */
  at: string;
  lang: Lang;
  overlay: string;
  /** Types of things that are drawn. */
  layers: string[];
  thing: string;
  /** The number that is being explained, see ask.ts; empty when none. */
  ask: string;
  /** The coverage layer, a link, an imagined site and a place, see coverage/address.ts. */
  cover: string;
  link: string;
  site: string;
  spot: string;
}

export const levels: readonly Level[] = [
  'zone',
  'province',
  'prefecture',
  'county',
  'town',
  'village',
];

export const defaults: View = {
  region: '',
  indicator: '',
  level: 'county',
  at: '',
  lang: 'zh',
  overlay: '',
  layers: [],
  thing: '',
  ask: '',
  cover: '',
  link: '',
  site: '',
  spot: '',
};

type Query = Record<string, unknown>;

function text(query: Query, key: string): string {
  const value = query[key];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}

/** A year, a day, or a moment; anything else is not sent to the server. */
export function isDate(at: string): boolean {
  if (/^\d{4}$/.test(at)) return true;
  if (!/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/.test(at)) return false;
  const day = new Date(`${at.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(at.slice(0, 10));
}

/** Reads the address; what is not understood falls back to the default. */
export function fromQuery(query: Query, lang: Lang = 'zh'): View {
  const level = text(query, 'level') as Level;
  const at = text(query, 'at');
  const asked = text(query, 'lang');
  const layers = text(query, 'layers');
  return {
    region: text(query, 'region'),
    indicator: text(query, 'indicator'),
    level: levels.includes(level) ? level : defaults.level,
    at: isDate(at) ? at : '',
    lang: asked === 'zh' || asked === 'en' ? asked : lang,
    overlay: text(query, 'overlay'),
    layers: layers === '' ? [] : layers.split(',').filter((part) => part !== ''),
    thing: text(query, 'thing'),
    ask: text(query, 'ask'),
    cover: text(query, 'cover'),
    link: text(query, 'link'),
    site: text(query, 'site'),
    spot: text(query, 'spot'),
  };
}

/** Only what differs from the default is written, in a fixed order; the language always. */
export function toQuery(view: View): Record<string, string> {
  const query: Record<string, string> = {};
  if (view.region !== '') query['region'] = view.region;
  if (view.indicator !== '') query['indicator'] = view.indicator;
  if (view.level !== defaults.level) query['level'] = view.level;
  if (view.at !== '') query['at'] = view.at;
  if (view.overlay !== '') query['overlay'] = view.overlay;
  if (view.layers.length > 0) query['layers'] = view.layers.join(',');
  if (view.thing !== '') query['thing'] = view.thing;
  if (view.ask !== '') query['ask'] = view.ask;
  for (const key of ['cover', 'link', 'site', 'spot'] as const) {
    if (view[key] !== '') query[key] = view[key];
  }
  query['lang'] = view.lang;
  return query;
}
