// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { due, repeats, tones, type Call, type Heard } from './sound';

const call = (id: string, level: Call['level'], acknowledged = false): Call => ({
  id,
  level,
  acknowledged,
});

describe('due', () => {
  it('sounds once for a new group of a low level', () => {
    const heard: Heard = new Map();
    expect(due([call('a', 'yellow')], heard, 0)).toBe('yellow');
    expect(due([call('a', 'yellow')], heard, 1000)).toBeNull();
    expect(due([call('a', 'yellow')], heard, 600_000)).toBeNull();
  });
  it('goes on for red and orange until somebody has acknowledged', () => {
    const heard: Heard = new Map();
    const every = repeats.red ?? 0;
    expect(due([call('a', 'red')], heard, 0)).toBe('red');
    expect(due([call('a', 'red')], heard, every - 1)).toBeNull();
    expect(due([call('a', 'red')], heard, every)).toBe('red');
    expect(due([call('a', 'red', true)], heard, 3 * every)).toBeNull();
  });
  it('sounds again when a group worsens, also one that is not the loudest', () => {
    const heard: Heard = new Map();
    due([call('a', 'blue'), call('b', 'yellow', true)], heard, 0);
    expect(due([call('a', 'yellow'), call('b', 'yellow', true)], heard, 10)).toBe('yellow');
    expect(due([call('a', 'blue'), call('b', 'yellow', true)], heard, 20)).toBeNull();
  });
  it('says the gravest of several at once', () => {
    expect(due([call('a', 'blue'), call('b', 'red'), call('c', 'orange')], new Map(), 0)).toBe(
      'red',
    );
  });
  it('forgets what has gone, so that it sounds when it comes back', () => {
    const heard: Heard = new Map();
    due([call('a', 'blue')], heard, 0);
    due([], heard, 10);
    expect(heard.size).toBe(0);
    expect(due([call('a', 'blue')], heard, 20)).toBe('blue');
  });
  it('has a tone for each level, the graver the longer', () => {
    const length = (level: Call['level']) => tones[level].reduce((sum, [, ms]) => sum + ms, 0);
    expect(length('blue')).toBeLessThan(length('yellow'));
    expect(length('yellow')).toBeLessThan(length('orange'));
    expect(length('orange')).toBeLessThan(length('red'));
  });
});
