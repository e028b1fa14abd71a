// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import type { Alert } from './api/types';
import { bySeverity, inOrder, passes } from './severity';

const one = (id: string, change: Partial<Alert>) =>
  ({
    id,
    severity: 'Minor',
    state: 'firing',
    suppressed: false,
    shelved: false,
    no_data: false,
    pack: 'slope',
    since: '2026-06-01T00:00:00Z',
    region: { code: '513428' },
    ...change,
  }) as Alert;

it('puts what calls first, then the worst, then the newest, and counts only what calls', () => {
  const alerts = [
    one('pending', { severity: 'Extreme', state: 'pending' }),
    one('old', {}),
    one('new', { since: '2026-06-02T00:00:00Z' }),
    one('shelved', { severity: 'Severe', shelved: true }),
    one('worst', { severity: 'Severe' }),
  ];
  const ids = inOrder(alerts).map((each) => each.id);
  expect(ids).toEqual(['worst', 'new', 'old', 'pending', 'shelved']);
  expect(bySeverity(alerts)).toMatchObject({ Extreme: 0, Severe: 1, Minor: 2 });
});

it('filters by region beneath, pack and severity', () => {
  const alert = one('a', {});
  expect(passes(alert, { region: '5134', pack: 'slope', severities: ['Minor'] })).toBe(true);
  expect(passes(alert, { region: '5104', pack: '', severities: [] })).toBe(false);
  expect(passes(alert, { region: '', pack: 'river', severities: [] })).toBe(false);
  expect(passes(alert, { region: '', pack: '', severities: ['Severe'] })).toBe(false);
});
