// SPDX-License-Identifier: Apache-2.0
// The open alerts as they stand on the map: one pin a thing, for the worst of its alerts.
import type { Alert } from '../api/types';
import { calls, inOrder } from '../severity';
import { label, t } from '../state';
import type { Word } from '../words';
import type { Pin } from './style';

export function pinsOf(alerts: Iterable<Alert>): Pin[] {
  const pins = new Map<string, Pin>();
  for (const alert of inOrder(alerts)) {
    if (alert.position === null || pins.has(alert.thing)) continue;
    pins.set(alert.thing, {
      thing: alert.thing,
      severity: alert.severity,
      silent: alert.no_data,
      calls: calls(alert),
      lon: alert.position.lon,
      lat: alert.position.lat,
      title: `${t(`sev_${alert.severity}` as Word)} · ${label(alert.rule_label)}`,
      text: [
        label(alert.thing_label),
        t(`alert_${alert.state}` as Word),
        ...(alert.simulated ? [t('simulated')] : []),
      ].join(' · '),
    });
  }
  return [...pins.values()];
}
