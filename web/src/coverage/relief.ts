// SPDX-License-Identifier: Apache-2.0
// Names of reliefs as the engine gives them (src/geo/tile_name.cpp), for readers of Chinese.

const chinese: readonly (readonly [string, string])[] = [
  [
    'ETOPO5, 5 arc-minutes: coarse, for demonstration (RMSE 724 m against 110 weather stations)',
    'ETOPO5（5 角分，粗略，仅供演示；与 110 个气象站相比均方根误差 724 m）',
  ],
  ['SRTM, 3 arc-seconds', 'SRTM（3 角秒）'],
  ['SRTM, 1 arc-second', 'SRTM（1 角秒）'],
  ['Copernicus DEM', '哥白尼 DEM'],
];

/** Several sources stand side by side, "; " between them; a name nobody knows stays as it is. */
export function reliefName(name: string | null | undefined, lang: 'zh' | 'en'): string {
  if (!name || lang === 'en') return name ?? '';
  return chinese.reduce((text, [en, zh]) => text.replaceAll(en, zh), name).replaceAll('; ', '；');
}
