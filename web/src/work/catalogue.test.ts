// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Unit } from '../api/types';
import { findUnits, routeOf } from './catalogue';

const unit = (id: string, region: string, kind: string, zh = id): Unit => ({
  ...{ id, region, kind, label: { zh, en: id }, region_label: { zh: region, en: region } },
  ...{ desk: kind === 'desk', sample: false },
});
const all = [
  unit('zone-desk', 'panxi', 'desk'),
  unit('5134-emergency', '5134', 'emergency', '凉山州应急管理局'),
  unit('513428-emergency', '513428', 'emergency', '普格县应急管理局'),
  unit('5134-water', '5134', 'water', '凉山州水利局'),
];

describe('routeOf', () => {
  it('finds the unit of the first kind that is nearest above', () => {
    expect(routeOf({ to: ['emergency', 'water'] }, '513428100', all)?.unit.id).toBe(
      '513428-emergency',
    );
    expect(routeOf({ to: ['emergency'] }, '513437', all)?.unit.id).toBe('5134-emergency');
    expect(routeOf({ to: ['police', 'water'] }, '513428', all)?.unit.id).toBe('5134-water');
  });
  it('falls back to a desk, and says so', () => {
    expect(routeOf({ to: ['police'] }, '513428', all)).toMatchObject({ desk: true });
    expect(routeOf({ to: ['police'] }, '513428', all)?.unit.id).toBe('zone-desk');
    expect(routeOf({ to: ['police'] }, '513428', [])).toBeNull();
  });
});

describe('findUnits', () => {
  it('has those that answer for the place first', () => {
    expect(findUnits('', '513428', all).map((each) => each.id)).toEqual([
      ...['513428-emergency', '5134-emergency', '5134-water', 'zone-desk'],
    ]);
  });
  it('takes words of the name and of the place', () => {
    expect(findUnits('应急', '', all)).toHaveLength(2);
    expect(findUnits('5134 水利', '', all).map((each) => each.id)).toEqual(['5134-water']);
    expect(findUnits('nobody', '', all)).toEqual([]);
  });
});
