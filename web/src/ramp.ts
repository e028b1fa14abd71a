// SPDX-License-Identifier: Apache-2.0
// Choropleth classes and the one sequential ramp (light to dark blue-green, readable with any
// colour vision; the dark theme runs the other way so that more is always further from the
// background).

export const lightRamp = ['#e3eef4', '#b3d3e0', '#79b0c7', '#3f86a6', '#145a7a'] as const;
export const darkRamp = ['#1d3b4a', '#2a5f78', '#3f88a6', '#73b4cc', '#bfe3ee'] as const;
export const lightNone = '#d9d9d6';
export const darkNone = '#3a3d40';

export interface Classes {
  /** Upper bounds of all classes but the last; ascending. */
  breaks: number[];
  least: number;
  greatest: number;
  /** When there are so few different values that each is a class of its own. */
  single: number[] | null;
}

/** The greatest 1, 2, 2.5 or 5 times a power of ten that is not above `step`. */
function niceBelow(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const ratio = step / power;
  const factor = [5, 2.5, 2, 1].find((candidate) => candidate <= ratio * (1 + 1e-9)) ?? 1;
  return factor * power;
}

/** Rounds to a value that is short to print, without leaving (low, high]. */
function shorten(value: number, low: number, high: number): number {
  for (let digits = 1; digits <= 6; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (rounded > low && rounded <= high) return rounded;
  }
  return value;
}

/**
 * At most `count` classes. Equal steps when the values are spread evenly, quantiles when they
 * are skewed (the middle half lies in less than a sixth of the span): a map on which one county
 * is dark and all others are pale says nothing.
 */
export function classify(values: number[], count = 5): Classes | null {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const least = sorted[0];
  const greatest = sorted[sorted.length - 1];
  if (least === undefined || greatest === undefined) return null;
  const different = [...new Set(sorted)];
  if (different.length <= count) {
    return { breaks: different.slice(1), least, greatest, single: different };
  }
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? least;
  const skewed = (at(0.75) - at(0.25)) * 6 < greatest - least;
  const breaks: number[] = [];
  if (skewed) {
    for (let i = 1; i < count; i++) {
      const low = sorted[Math.ceil((i / count) * sorted.length) - 1] ?? least;
      const high = sorted[Math.ceil((i / count) * sorted.length)] ?? greatest;
      if (high > low) breaks.push(shorten((low + high) / 2, low, high));
    }
  } else {
    const step = niceBelow(((greatest - least) / count) * 1.35);
    const first = Math.floor(least / step) + 1;
    for (let i = first; i * step < greatest; i++) {
      breaks.push(Number((i * step).toPrecision(12)));
    }
  }
  const unique = [...new Set(breaks)].sort((a, b) => a - b);
  return { breaks: unique.slice(0, count - 1), least, greatest, single: null };
}

/** Index of the class: a value equal to a break belongs to the class above it. */
export function classOf(classes: Classes, value: number): number {
  let index = 0;
  while (index < classes.breaks.length && value >= (classes.breaks[index] ?? Infinity)) index++;
  return index;
}

/** `count` colours spread over the whole ramp. */
export function colours(ramp: readonly string[], count: number): string[] {
  if (count <= 1) return [ramp[Math.floor(ramp.length / 2)] ?? '#888'];
  return Array.from({ length: count }, (_, i) => {
    return ramp[Math.round((i * (ramp.length - 1)) / (count - 1))] ?? '#888';
  });
}
