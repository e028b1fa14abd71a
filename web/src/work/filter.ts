// SPDX-License-Identifier: Apache-2.0
// Which incidents a list shows, and how the address says it.
import { lights, type Light } from './due';

export interface IncidentFilter {
  mine: boolean;
  unit: string;
  kind: string;
  light: Light | '';
  open: 'true' | 'false' | 'all';
  q: string;
}
type Query = Record<string, unknown>;

/** `fallback`: whether one begins with one's own. */
export function readFilter(query: Query, fallback: boolean): IncidentFilter {
  const text = (key: string): string => {
    return typeof query[key] === 'string' ? (query[key] as string) : '';
  };
  const open = text('open');
  return {
    mine: text('mine') === '' ? fallback && text('unit') === '' : text('mine') === 'yes',
    unit: text('unit'),
    kind: text('kind'),
    light: lights.find((each) => each === text('light')) ?? '',
    open: open === 'false' || open === 'all' ? open : 'true',
    q: text('q').slice(0, 100),
  };
}
export function writeFilter(filter: IncidentFilter): Record<string, string> {
  const query: Record<string, string> = { mine: filter.mine ? 'yes' : 'no' };
  for (const key of ['unit', 'kind', 'light', 'q'] as const) {
    if (filter[key] !== '') query[key] = filter[key];
  }
  if (filter.open !== 'true') query['open'] = filter.open;
  return query;
}
export function isFiltered(filter: IncidentFilter): boolean {
  const { unit, kind, light, open, q } = filter;
  return unit !== '' || kind !== '' || light !== '' || open !== 'true' || q !== '';
}
