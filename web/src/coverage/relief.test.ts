// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import engine from '../../../src/geo/tile_name.cpp?raw';
import { reliefName } from './relief';

describe('names of reliefs', () => {
  it('are Chinese for who reads Chinese', () => {
    expect(reliefName('SRTM, 3 arc-seconds; Copernicus DEM GLO-30', 'zh')).toBe(
      'SRTM（3 角秒）；哥白尼 DEM GLO-30',
    );
    expect(reliefName('SRTM, 3 arc-seconds', 'en')).toBe('SRTM, 3 arc-seconds');
    expect(reliefName('own lidar.tif', 'zh')).toBe('own lidar.tif');
    expect(reliefName(null, 'zh')).toBe('');
  });
  it('are those that the engine gives', () => {
    const source = engine.replace(/"\s*\n\s*"/g, '');
    const names = [...source.matchAll(/"((?:SRTM|Copernicus DEM|ETOPO5)[^"]*)"/g)];
    expect(names.length).toBeGreaterThanOrEqual(5);
    for (const [, name] of names) expect(reliefName(name, 'zh')).not.toBe(name);
  });
});
