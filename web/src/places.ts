// SPDX-License-Identifier: Apache-2.0
// The way down to a division, from its code: the first digits are those of what it lies in.
import { shallowRef } from 'vue';
import { get } from './api/client';
import type { RegionRef, Text } from './api/types';

const labels = shallowRef(new Map<string, Text>());
let asked = false;

async function load(): Promise<void> {
  asked = true;
  try {
    const levels = ['prefecture', 'county'] as const;
    const found = await Promise.all(
      levels.map((level) => get('/v1/regions', { query: { level, limit: 1000 } })),
    );
    labels.value = new Map(
      found.flatMap((page) => page.regions.map((region) => [region.code, region.label])),
    );
  } catch {
    asked = false; // The smallest division alone is shown, and the next question tries again.
  }
}

/** Prefecture, county and the division itself, as far as they are known. */
export function pathOf(region: Pick<RegionRef, 'code' | 'label'> | null): Text[] {
  if (!asked) void load();
  if (region === null) return [];
  const above = [4, 6]
    .filter((digits) => /^\d+$/.test(region.code) && region.code.length > digits)
    .map((digits) => labels.value.get(region.code.slice(0, digits)));
  return [...above.filter((each) => each !== undefined), region.label];
}

/** A division by its code alone; the code itself as long as nothing better is known. */
export function regionName(code: string): Text {
  if (!asked) void load();
  return labels.value.get(code) ?? { zh: code, en: code };
}
