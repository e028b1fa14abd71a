// SPDX-License-Identifier: Apache-2.0
// What the address holds beside the view while one is on duty: the tab, the alert, the filter.
import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { AlertSeverity } from './api/types';
import { severities } from './severity';
import { useView } from './state';
import { toQuery } from './view';

export const dutyTabs = [
  'duty',
  'warnings',
  'maintenance',
  'open',
  'history',
  'rules',
  'silent',
  'rejected',
  'revisions',
] as const;
export type DutyTab = (typeof dutyTabs)[number];

export interface Duty {
  tab: DutyTab;
  group: string;
  warning: string;
  alert: string;
  pack: string;
  severities: AlertSeverity[];
  rule: string;
  thing: string;
  /** Of the question why; a moment, empty for now. */
  moment: string;
}
const nothing: Omit<Duty, 'tab'> = {
  group: '',
  warning: '',
  alert: '',
  pack: '',
  severities: [],
  rule: '',
  thing: '',
  moment: '',
};

type Query = Record<string, unknown>;

export function readDuty(tab: unknown, query: Query): Duty {
  const text = (key: string): string => {
    return typeof query[key] === 'string' ? (query[key] as string) : '';
  };
  const asked = text('severity').split(',');
  return {
    tab: dutyTabs.find((each) => each === tab) ?? 'duty',
    group: text('group'),
    warning: text('warning'),
    alert: text('alert'),
    pack: text('pack'),
    severities: severities.filter((each) => asked.includes(each)),
    rule: text('rule'),
    thing: text('on'),
    moment: text('moment'),
  };
}

export function writeDuty(duty: Duty): { path: string; query: Record<string, string> } {
  const query: Record<string, string> = {};
  if (duty.group !== '') query['group'] = duty.group;
  if (duty.warning !== '') query['warning'] = duty.warning;
  if (duty.alert !== '') query['alert'] = duty.alert;
  if (duty.pack !== '') query['pack'] = duty.pack;
  if (duty.severities.length > 0) query['severity'] = duty.severities.join(',');
  if (duty.rule !== '') query['rule'] = duty.rule;
  if (duty.thing !== '') query['on'] = duty.thing;
  if (duty.moment !== '') query['moment'] = duty.moment;
  return { path: duty.tab === 'duty' ? '/alerts' : `/alerts/${duty.tab}`, query };
}

export function useDuty() {
  const route = useRoute();
  const router = useRouter();
  const { view } = useView();
  const duty = computed(() => readDuty(route.params['tab'], route.query));

  /** Where a change leads. Another tab starts with nothing chosen, but keeps the filter. */
  function to(change: Partial<Duty>) {
    const base =
      change.tab === undefined || change.tab === duty.value.tab
        ? duty.value
        : { ...nothing, pack: duty.value.pack, severities: duty.value.severities };
    const { path, query } = writeDuty({ ...base, tab: duty.value.tab, ...change });
    const { region, lang, layers } = view.value;
    const kept = toQuery({ ...view.value, region, lang, layers, thing: '', ask: '' });
    return { path, query: { ...kept, ...query } };
  }
  function open(change: Partial<Duty>): void {
    void router.push(to(change));
  }
  return { duty, to, open };
}
