// SPDX-License-Identifier: Apache-2.0
// The board as a map: divisions in the colour of their gravest group, and each group as a pin.
import { computed } from 'vue';
import { useThrottled } from '../live/merge';
import type { Pin } from '../map/style';
import { label, t } from '../state';
import type { Word } from '../words';
import { calling } from './board';
import { levelsOf } from './groups';
import { severityOf } from './warn';

const every = 2000; // Milliseconds between two drawings of the map.

export function useWhere() {
  /** As text: readings change the groups all the time, and the map only if it looks different. */
  const drawn = useThrottled(
    () =>
      JSON.stringify(
        [...levelsOf(calling.value)].map(([code, { level, count }]) => [
          code.slice(0, 6),
          { severity: severityOf(level), text: `${t(`level_${level}` as Word)} ${count}` },
        ]),
      ),
    every,
  );
  const marked = useThrottled(() => {
    const pins = calling.value.flatMap<Pin>((group) =>
      group.position === null
        ? []
        : [
            {
              thing: group.id,
              severity: severityOf(group.level),
              silent: false,
              calls: group.acknowledged === null,
              lon: group.position.lon,
              lat: group.position.lat,
              title: `${t(`level_${group.level}` as Word)} · ${label(group.label)}`,
              text: label(group.region?.label),
            },
          ],
    );
    return JSON.stringify(pins);
  }, every);
  const divisions = computed(
    () =>
      new Map(JSON.parse(drawn.value) as [string, { severity: Pin['severity']; text: string }][]),
  );
  const pins = computed(() => JSON.parse(marked.value) as Pin[]);
  return { divisions, pins };
}
