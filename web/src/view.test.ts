// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { defaults, fromQuery, isDate, toQuery, type View } from './view';

const full: View = {
  region: '513437',
  indicator: 'village_5g_share',
  level: 'town',
  at: '2023-12-31',
  lang: 'en',
  overlay: 'villages-2025',
  layers: ['things/village', 'things/site'],
  thing: 'site:17',
  ask: 'i~pue~panxi',
  cover: 'any/5g',
  link: '102,27~102.1,27~n28~30~1.5',
  site: '102,27~30~n28~mobile',
  spot: '102.2,27.4',
};

describe('the address holds the view', () => {
  it('comes back whole', () => {
    expect(fromQuery(toQuery(full))).toEqual(full);
  });
  it('writes only what differs from the default', () => {
    expect(toQuery(defaults)).toEqual({ lang: 'zh' });
  });
  it('falls back where it does not understand', () => {
    const view = fromQuery({ level: 'galaxy', at: '2023-02-30', lang: 'fr', layers: ',,' });
    expect(view).toEqual(defaults);
  });
  it('takes the first of a repeated member', () => {
    expect(fromQuery({ region: ['5134', '5104'] }).region).toBe('5134');
  });
  it('keeps the remembered language when the address names none', () => {
    expect(fromQuery({}, 'en').lang).toBe('en');
  });
});

describe('isDate', () => {
  it.each(['2020', '2020-02-29', '2020-02-29T08:00:00Z', '2020-02-29T08:00:00+08:00'])(
    'takes %s',
    (at) => {
      expect(isDate(at)).toBe(true);
    },
  );
  it.each(['', '20', '2020-13-01', '2021-02-29', '2020-01-01; drop', 'now'])('refuses %s', (at) => {
    expect(isDate(at)).toBe(false);
  });
});
