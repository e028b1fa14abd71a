// SPDX-License-Identifier: Apache-2.0
// When a tone is due, and which. No clock, no audio: `player.ts` has both.
import type { WarningLevel } from '../api/types';

/** What the sound needs to know of a group that calls. */
export interface Call {
  id: string;
  level: WarningLevel;
  acknowledged: boolean;
}

/** What was heard of each group: the level, and when it last sounded (milliseconds). */
export type Heard = Map<string, { level: WarningLevel; at: number }>;

const order: readonly WarningLevel[] = ['blue', 'yellow', 'orange', 'red'];
export function rankOf(level: WarningLevel): number {
  return order.indexOf(level);
}

/** The two levels that go on until somebody has them, and how often, in milliseconds. */
export const repeats: Partial<Record<WarningLevel, number>> = { red: 12_000, orange: 30_000 };

/** A tone after the other: frequency in hertz (0: a pause) and length in milliseconds. */
export const tones: Record<WarningLevel, readonly (readonly [number, number])[]> = {
  blue: [[523, 180]],
  yellow: [
    [587, 160],
    [0, 90],
    [587, 160],
  ],
  orange: [
    [698, 170],
    [0, 80],
    [698, 170],
    [0, 80],
    [698, 170],
  ],
  red: [
    [880, 220],
    [660, 220],
    [880, 220],
    [660, 220],
    [880, 220],
    [660, 220],
  ],
};

/**
 * The level to sound now, or null; `heard` is brought up to date. A group sounds when it is new
 * or has worsened, and red and orange ones again until somebody has acknowledged them. The first
 * look at a board is no news, except for what nobody has yet.
 */
export function due(calls: readonly Call[], heard: Heard, now: number): WarningLevel | null {
  let loudest: WarningLevel | null = null;
  const here = new Set(calls.map((call) => call.id));
  for (const id of [...heard.keys()]) if (!here.has(id)) heard.delete(id);
  for (const call of calls) {
    const known = heard.get(call.id);
    const news = known === undefined || rankOf(call.level) > rankOf(known.level);
    const every = call.acknowledged ? undefined : repeats[call.level];
    const again = known !== undefined && every !== undefined && now - known.at >= every;
    const sounds = (news && !call.acknowledged) || again;
    heard.set(call.id, { level: call.level, at: sounds || !known ? now : known.at });
    if (sounds && (loudest === null || rankOf(call.level) > rankOf(loudest))) loudest = call.level;
  }
  return loudest;
}
