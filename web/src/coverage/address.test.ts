// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import {
  distanceKm,
  layerText,
  linkText,
  moved,
  placeText,
  readLayer,
  readLink,
  readPlace,
  readSite,
  siteText,
} from './address';

const place = { lon: 102.26123, lat: 27.89456 };

describe('places in the address', () => {
  it('come back', () => {
    expect(readPlace(placeText(place))).toEqual(place);
    expect(placeText({ lon: 102.2612349, lat: -27 })).toBe('102.26123,-27');
  });
  it.each(['', '102.2', '102.2,', '102.2,27.8,3', '102.2,91', '181,0', 'x,y', 'NaN,1'])(
    'refuse %s',
    (text) => {
      expect(readPlace(text)).toBeNull();
    },
  );
});

describe('layers in the address', () => {
  it('come back', () => {
    expect(readLayer(layerText({ operator: 'any', band: 'nb-iot' }))).toEqual({
      operator: 'any',
      band: 'nb-iot',
    });
  });
  it.each(['', 'any', 'any/', '/5g', 'a/b/c', 'a b/5g', '../5g/x'])('refuse %s', (text) => {
    expect(readLayer(text)).toBeNull();
  });
});

describe('links and sites in the address', () => {
  const link = {
    from: place,
    to: { lon: 102.4, lat: 27.7 },
    band: 'n28',
    fromMast: 30,
    toMast: 1.5,
  };
  const site = { place, mast: 35, band: 'n41', operator: 'mobile', azimuth: null };
  it('come back', () => {
    expect(readLink(linkText(link))).toEqual(link);
    expect(readSite(siteText(site))).toEqual(site);
    expect(readSite(siteText({ ...site, azimuth: 120 }))).toEqual({ ...site, azimuth: 120 });
  });
  it('refuse what is out of bounds', () => {
    expect(readLink(linkText({ ...link, fromMast: 0.01 }))).toBeNull();
    expect(readLink('102,27~102.1,27')).toBeNull();
    expect(readSite(siteText({ ...site, mast: 2 }))).toBeNull();
    expect(readSite(siteText({ ...site, azimuth: 400 }))).toBeNull();
    expect(readSite('')).toBeNull();
  });
});

describe('steps on the ground', () => {
  it('are as long as they say', () => {
    expect(distanceKm(place, moved(place, 1000, 0))).toBeCloseTo(1, 2);
    expect(distanceKm(place, moved(place, 0, -1000))).toBeCloseTo(1, 2);
    expect(moved(place, 100, 0).lon).toBeGreaterThan(place.lon);
    expect(moved({ lon: 179.9999, lat: 0 }, 1000, 0).lon).toBeLessThan(-179.9);
  });
  it('are known between cities', () => {
    // Xichang to Panzhihua.
    expect(distanceKm({ lon: 102.26, lat: 27.89 }, { lon: 101.72, lat: 26.58 })).toBeCloseTo(
      155,
      0,
    );
  });
});
