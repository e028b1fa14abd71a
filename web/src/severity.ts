// SPDX-License-Identifier: Apache-2.0
// The severities of CAP as the four colours of Chinese warnings: a shape and a word, then a colour.
import type { Alert, AlertSeverity } from './api/types';

/** The worst first. */
export const severities: readonly AlertSeverity[] = [
  'Extreme',
  'Severe',
  'Moderate',
  'Minor',
  'Unknown',
];

/** Corners of each shape in a square of 20 by 20; a circle has none. */
export const shapes: Record<AlertSeverity, readonly (readonly [number, number])[]> = {
  Extreme: [
    [6.5, 1.5],
    [13.5, 1.5],
    [18.5, 6.5],
    [18.5, 13.5],
    [13.5, 18.5],
    [6.5, 18.5],
    [1.5, 13.5],
    [1.5, 6.5],
  ],
  Severe: [
    [10, 1.5],
    [19, 18],
    [1, 18],
  ],
  Moderate: [
    [10, 0.8],
    [19.2, 10],
    [10, 19.2],
    [0.8, 10],
  ],
  Minor: [],
  Unknown: [
    [2.5, 2.5],
    [17.5, 2.5],
    [17.5, 17.5],
    [2.5, 17.5],
  ],
};

/** Fill and the ink on it, for the map; the page takes the same from style.css. */
export const severityColours: Record<AlertSeverity, { light: string; dark: string; ink: string }> =
  {
    Extreme: { light: '#c0101c', dark: '#ff5a60', ink: '#ffffff' },
    Severe: { light: '#d25b00', dark: '#ff9838', ink: '#ffffff' },
    Moderate: { light: '#f0c000', dark: '#ffdc55', ink: '#1b2023' },
    Minor: { light: '#1766c2', dark: '#6cb0ff', ink: '#ffffff' },
    Unknown: { light: '#6a7479', dark: '#9fabb1', ink: '#ffffff' },
  };

/** Does a person have to look at it now? Pending ones may pass by themselves. */
export function calls(alert: Alert): boolean {
  return (
    (alert.state === 'firing' || alert.state === 'clearing') && !alert.suppressed && !alert.shelved
  );
}

function rank(alert: Alert): number {
  return (calls(alert) ? 0 : 100) + severities.indexOf(alert.severity) + (alert.no_data ? 0.5 : 0);
}

/** What calls before what does not, then the worst, then the newest. */
export function inOrder(alerts: Iterable<Alert>): Alert[] {
  return [...alerts].sort((a, b) => {
    return rank(a) - rank(b) || Date.parse(b.since) - Date.parse(a.since) || (a.id < b.id ? -1 : 1);
  });
}

export function bySeverity(alerts: Iterable<Alert>): Record<AlertSeverity, number> {
  const counts = { Extreme: 0, Severe: 0, Moderate: 0, Minor: 0, Unknown: 0 };
  for (const alert of alerts) if (calls(alert)) counts[alert.severity]++;
  return counts;
}

export interface AlertFilter {
  /** Code of a division; empty for anywhere. */
  region: string;
  pack: string;
  severities: readonly AlertSeverity[];
}
export function passes(alert: Alert, filter: AlertFilter): boolean {
  return (
    (filter.region === '' || (alert.region?.code ?? '').startsWith(filter.region)) &&
    (filter.pack === '' || alert.pack === filter.pack) &&
    (filter.severities.length === 0 || filter.severities.includes(alert.severity))
  );
}
