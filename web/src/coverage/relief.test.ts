// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
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
    for (const name of [
      'SRTM, 1 arc-second',
      'SRTM, 3 arc-seconds',
      'Copernicus DEM GLO-30',
      'ETOPO5, 5 arc-minutes: coarse, for demonstration (RMSE 724 m against 110 weather stations)',
    ]) {
      expect(reliefName(name, 'zh')).not.toBe(name);
    }
  });
});
