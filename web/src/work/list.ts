// SPDX-License-Identifier: Apache-2.0
// What the address holds of a list of incidents beside the view.
import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { account, hasRole } from '../session';
import { useView } from '../state';
import { toQuery } from '../view';
import { readFilter, writeFilter, type IncidentFilter } from './filter';

export function useIncidentList() {
  const route = useRoute();
  const router = useRouter();
  const { view } = useView();
  /** Who only handles begins with what his unit has. */
  const handlesOnly = computed(() => hasRole('unit') && !hasRole('duty_officer'));
  const hasUnit = computed(() => account.value?.grants.some((grant) => grant.unit !== '') ?? false);
  const filter = computed(() => readFilter(route.query, handlesOnly.value));

  const kept = computed(() => toQuery({ ...view.value, thing: '', ask: '', indicator: '' }));
  function to(change: Partial<IncidentFilter>, path = '/incidents') {
    return { path, query: { ...kept.value, ...writeFilter({ ...filter.value, ...change }) } };
  }
  function set(change: Partial<IncidentFilter>): void {
    void router.replace(to(change));
  }
  /** One incident; the way back leads to this list. */
  function toOne(id: string) {
    return { path: `/incidents/${encodeURIComponent(id)}`, query: { lang: view.value.lang } };
  }
  return { filter, hasUnit, kept, to, set, toOne };
}
