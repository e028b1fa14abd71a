// SPDX-License-Identifier: Apache-2.0
// Sound for who is on duty: only when switched on, remembered on this device, and honest when the
// browser keeps it back until the page is touched.
import { computed, ref, watch } from 'vue';
import type { WarningLevel } from '../api/types';
import { tick } from '../live/live';
import { remember, remembered } from '../state';
import { calling } from './board';
import { due, tones, type Heard } from './sound';

const key = 'cairn.sound';
const on = ref(remembered(key) === 'on');
const blocked = ref(false);
const heard: Heard = new Map();
let audio: AudioContext | null = null;

export const sound = computed(() => ({ on: on.value, blocked: on.value && blocked.value }));

function check(): void {
  blocked.value = audio === null || audio.state !== 'running';
}
/** Browsers let a page sound only after it was touched. */
async function wake(): Promise<void> {
  if (!on.value) return;
  try {
    audio ??= new AudioContext();
    audio.onstatechange = check;
    // A browser that wants a touch first leaves the promise open: it is not waited for long.
    await Promise.race([audio.resume(), new Promise((done) => setTimeout(done, 300))]);
  } catch {
    // Without audio it stays blocked, and the bar says so.
  }
  check();
}

function play(level: WarningLevel): void {
  if (audio === null || audio.state !== 'running') return;
  let at = audio.currentTime + 0.02;
  for (const [hertz, ms] of tones[level]) {
    const end = at + ms / 1000;
    if (hertz > 0) {
      const [source, gain] = [audio.createOscillator(), audio.createGain()];
      source.type = level === 'red' ? 'square' : 'triangle';
      source.frequency.value = hertz;
      // Soft edges: a tone that is cut clicks.
      gain.gain.setValueAtTime(0.0001, at);
      gain.gain.exponentialRampToValueAtTime(level === 'red' ? 0.22 : 0.3, at + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, end);
      source.connect(gain).connect(audio.destination);
      source.start(at);
      source.stop(end);
    }
    at = end;
  }
}

export async function setSound(next: boolean): Promise<void> {
  on.value = next;
  remember(key, next ? 'on' : '');
  heard.clear();
  if (next) await wake();
}
export async function testSound(): Promise<void> {
  await wake();
  play('red');
}

let started = false;
/** Once, by the shell: it outlives all pages. */
export function startSound(): void {
  if (started) return;
  started = true;
  void wake();
  for (const touch of ['pointerdown', 'keydown'] as const) {
    window.addEventListener(touch, () => void (blocked.value && wake()), { passive: true });
  }
  watch([calling, tick], () => {
    if (!on.value || audio === null || audio.state !== 'running') return;
    const calls = calling.value.map((group) => ({
      id: group.id,
      level: group.level,
      acknowledged: group.acknowledged !== null,
    }));
    const level = due(calls, heard, Date.now());
    if (level !== null) play(level);
  });
}
