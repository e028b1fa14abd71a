// SPDX-License-Identifier: Apache-2.0
// The classes of received power as a legend prints them.
import type { CoverageClass } from '../api/types';

const minus = '\u2212';

export function dbm(value: number, digits = 0): string {
  return `${value.toFixed(digits).replace('-', minus)} dBm`;
}

/** "≥ −95 dBm", "−95 … −110 dBm", "< −120 dBm". */
export function classText(classes: readonly CoverageClass[], index: number): string {
  const least = classes[index]?.least_dbm ?? null;
  const above = index === 0 ? null : (classes[index - 1]?.least_dbm ?? null);
  if (least === null) return above === null ? '' : `< ${dbm(above)}`;
  if (above === null) return `≥ ${dbm(least)}`;
  return `${above.toFixed(0).replace('-', minus)} … ${dbm(least)}`;
}

/** 1234 kbit/s as "1.23 Mbit/s"; three digits are more than a model knows. */
export function rate(kbps: number): string {
  if (kbps >= 1000) return `${Number((kbps / 1000).toPrecision(3))} Mbit/s`;
  return `${Number(kbps.toPrecision(3))} kbit/s`;
}
