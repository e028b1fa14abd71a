// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Channel, WarningDelivery, WarningDraft } from '../api/types';
import {
  boundsOf,
  healthOf,
  isFree,
  isSettled,
  isStale,
  shapesOf,
  stateOf,
  widened,
  wishOf,
} from './warn';

describe('a wish', () => {
  it('keeps what it began with, and only what was changed is laid over it', () => {
    const start = { group: 'g', level: 'yellow' as const };
    expect(wishOf(start, {})).toEqual(start);
    expect(wishOf(start, { level: 'red', regions: ['513428'] })).toEqual({
      group: 'g',
      level: 'red',
      regions: ['513428'],
    });
    expect(wishOf({ ...start, polygon: {} }, { polygon: null })).toEqual(start);
    expect(start.level).toBe('yellow');
  });
  it('is stale as soon as anything in it differs, whatever the order', () => {
    expect(isStale({ group: 'g' }, null)).toBe(true);
    const text = { zh: 'a', en: 'b' };
    expect(
      isStale({ group: 'g', headline: text }, { headline: { en: 'b', zh: 'a' }, group: 'g' }),
    ).toBe(false);
    expect(isStale({ group: 'g', headline: text }, { group: 'g' })).toBe(true);
  });
  it('is free when nothing says what it is about', () => {
    expect(isFree({})).toBe(true);
    expect(isFree({ regions: [] })).toBe(true);
    expect(isFree({ incident: 'I-1' })).toBe(false);
    expect(isFree({ regions: ['513428'] })).toBe(false);
  });
});

describe('areas', () => {
  it('become shapes with their level, and a box around them', () => {
    const square = [
      [
        [
          [102, 27],
          [103, 27],
          [103, 28],
          [102, 27],
        ],
      ],
    ];
    const draft = {
      level: 'red',
      areas: [
        { geometry: { type: 'MultiPolygon', coordinates: square }, geocodes: [] },
        { geometry: null, geocodes: ['513428'] },
      ],
    } as unknown as WarningDraft;
    const shapes = shapesOf(draft);
    expect(shapes.features.map((each) => each.properties?.['severity'])).toEqual(['Extreme']);
    expect(boundsOf(shapes)).toEqual([102, 27, 103, 28]);
    expect(widened([102, 27, 103, 28], 0.5)).toEqual([101.5, 26.5, 103.5, 28.5]);
    expect(widened(null)).toBeNull();
    expect(boundsOf({ type: 'FeatureCollection', features: [] })).toBeNull();
  });
});

describe('channels and deliveries', () => {
  const channel = (change: Partial<Channel>) =>
    ({ enabled: true, broken: null, trouble: null, waiting: 0, ...change }) as Channel;
  it('say the worst first', () => {
    expect(healthOf(channel({}))).toBe('ok');
    expect(healthOf(channel({ waiting: 3 }))).toBe('waiting');
    expect(healthOf(channel({ waiting: 3, broken: 'no host' }))).toBe('trouble');
    expect(healthOf(channel({ enabled: false, broken: 'no host' }))).toBe('off');
  });
  it('are settled only when every one has arrived or was given up', () => {
    const one = (change: Partial<WarningDelivery>) =>
      ({ delivered: null, given_up: null, attempts: 0, ...change }) as WarningDelivery;
    const [done, left, tried, fresh] = [
      one({ delivered: 'x', attempts: 2 }),
      one({ given_up: 'x' }),
      one({ attempts: 2 }),
      one({}),
    ];
    expect([done, left, tried, fresh].map(stateOf)).toEqual([
      'delivered',
      'given_up',
      'trying',
      'waiting',
    ]);
    expect([isSettled([done, left]), isSettled([done, tried]), isSettled([])]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
