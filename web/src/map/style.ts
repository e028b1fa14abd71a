// SPDX-License-Identifier: Apache-2.0
// The map as one value: a MapLibre style made from what is to be seen. Nothing comes from outside
// our own server; without a `glyphs` address MapLibre draws all letters with the local fonts.
import type {
  ExpressionSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import type { FeatureCollection } from 'geojson';
import type { AlertSeverity, Bbox, Layer, Level, ValueRow } from '../api/types';
import { severities, severityColours } from '../severity';
import { classOf, colours, darkNone, darkRamp, lightNone, lightRamp, type Classes } from '../ramp';

export interface Pin {
  thing: string;
  severity: AlertSeverity;
  silent: boolean;
  /** Does it ask for a person now? */
  calls: boolean;
  lon: number;
  lat: number;
  title: string;
  text: string;
}

/** What coverage draws: either the tiles of a layer or the picture of an imagined site, and a link. */
export interface Radio {
  /** Address of the tiles from `/v1/…` on, with {z}/{x}/{y}. */
  tiles: string | null;
  picture: { url: string; bbox: Bbox } | null;
  line: [lon: number, lat: number][] | null;
  /** Villages that are newly covered. */
  gained: { code: string; name: string; lon: number; lat: number }[];
}

/** What is warned of, or where alerts are: divisions by code, and shapes of their own. */
export interface Warned {
  divisions: ReadonlyMap<string, AlertSeverity>;
  /** Each feature with its `severity`. */
  shapes: FeatureCollection;
}

export interface Scene {
  dark: boolean;
  /** Address of the server, such as `http://127.0.0.1:8080`; tiles need it whole. */
  origin: string;
  layers: Layer[];
  /** Ids of the layers of things that are switched on. */
  on: string[];
  level: Level;
  rows: ValueRow[];
  classes: Classes | null;
  region: string;
  thing: string;
  at: string;
  overlay: string;
  /** Open alerts, one a thing; drawn above everything else. */
  pins: Pin[];
  radio: Radio | null;
  warned?: Warned | null;
  /** Letters and pins so many times as large: for a wall. */
  scale?: number;
  name: (row: ValueRow) => string;
  value: (row: ValueRow) => string;
}

const fonts = ['Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', 'sans-serif'];

/** Far from the alert colours (blue, yellow, orange, red) and from the ramp. */
export const thingColours = ['#6b3f98', '#2f6f4f', '#7a4a1e', '#8a2f6b', '#4a4f54'] as const;
const thingColoursDark = ['#c3a2e6', '#8fd0ae', '#d9ae82', '#e59bcb', '#c3c9ce'] as const;

export function rampOf(dark: boolean): readonly string[] {
  return dark ? darkRamp : lightRamp;
}
export function noneOf(dark: boolean): string {
  return dark ? darkNone : lightNone;
}
export function thingColour(index: number, dark: boolean): string {
  const list = dark ? thingColoursDark : thingColours;
  return list[index % list.length] ?? '#666';
}

/** Are the rows drawn as areas (there are polygons) or as dots (towns and villages)? */
export function isArea(level: Level): boolean {
  return level !== 'town' && level !== 'village';
}

function colourOf(scene: Scene, row: ValueRow): string {
  if (row.value === null || scene.classes === null) return noneOf(scene.dark);
  const ramp = colours(rampOf(scene.dark), scene.classes.breaks.length + 1);
  return ramp[classOf(scene.classes, row.value)] ?? noneOf(scene.dark);
}

/** A county's key at the level of the rows: its own code or the beginning of it. */
function keyOf(level: Level): ExpressionSpecification {
  if (level === 'prefecture') return ['slice', ['get', 'code'], 0, 4];
  if (level === 'province') return ['slice', ['get', 'code'], 0, 2];
  return ['get', 'code'];
}

/** Does this area want the letters of the other theme? */
function inverse(scene: Scene, row: ValueRow): boolean {
  if (row.value === null || scene.classes === null || !isArea(scene.level)) return false;
  if (isPlain(scene)) return false;
  const count = scene.classes.breaks.length + 1;
  return classOf(scene.classes, row.value) / Math.max(1, count - 1) > 0.7;
}

/** One colour, one meaning: under a coverage the areas are paper and say no value. */
function isPlain(scene: Scene): boolean {
  return scene.radio !== null && (scene.radio.tiles !== null || scene.radio.picture !== null);
}

function areaColour(scene: Scene): ExpressionSpecification | string {
  // What lies outside the region in view is paper, not a region without data.
  const outside = scene.dark ? '#1c2124' : '#e9eae6';
  const first = scene.rows[0];
  if (!isArea(scene.level) || first === undefined || isPlain(scene)) {
    return scene.dark ? '#252b2f' : '#eceeea';
  }
  // One row for the whole zone paints every county.
  if (scene.level === 'zone') return colourOf(scene, first);
  const cases = scene.rows.flatMap((row) => [row.region, colourOf(scene, row)]);
  return ['match', keyOf(scene.level), ...cases, outside] as unknown as ExpressionSpecification;
}

function points(scene: Scene): FeatureCollection {
  const features = scene.rows
    .filter((row) => row.position !== null)
    .map((row) => ({
      type: 'Feature' as const,
      geometry: {
        type: 'Point' as const,
        coordinates: [row.position?.lon ?? 0, row.position?.lat ?? 0],
      },
      properties: {
        code: row.region,
        name: scene.name(row),
        value: isPlain(scene) ? '' : scene.value(row),
        colour: colourOf(scene, row),
        estimated: row.estimated,
        inverse: inverse(scene, row),
      },
    }));
  return { type: 'FeatureCollection', features };
}

function tileSource(scene: Scene, layer: Layer): SourceSpecification {
  const query = new URLSearchParams();
  if (layer.type !== null && scene.at !== '') query.set('at', scene.at);
  if (layer.type !== null && scene.overlay !== '') query.set('overlay', scene.overlay);
  const text = query.toString();
  return {
    type: 'vector',
    tiles: [`${scene.origin}${layer.tiles}${text === '' ? '' : `?${text}`}`],
    minzoom: layer.min_zoom,
    maxzoom: layer.max_zoom,
  };
}

function radioSources(scene: Scene): Record<string, SourceSpecification> {
  const { radio } = scene;
  if (radio === null) return {};
  const sources: Record<string, SourceSpecification> = {};
  if (radio.tiles !== null) {
    sources['coverage'] = {
      type: 'raster',
      tiles: [`${scene.origin}${radio.tiles}`],
      tileSize: 256,
      minzoom: 5,
      maxzoom: 13,
    };
  }
  if (radio.picture !== null) {
    const [west = 0, south = 0, east = 0, north = 0] = radio.picture.bbox;
    sources['what-if'] = {
      type: 'image',
      url: radio.picture.url,
      coordinates: [
        [west, north],
        [east, north],
        [east, south],
        [west, south],
      ],
    };
  }
  const features: FeatureCollection['features'] = radio.gained.map((village) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [village.lon, village.lat] },
    properties: { code: village.code, name: village.name },
  }));
  if (radio.line !== null) {
    features.push({
      type: 'Feature',
      geometry: { type: 'LineString', coordinates: radio.line },
      properties: {},
    });
  }
  sources['radio'] = { type: 'geojson', data: { type: 'FeatureCollection', features } };
  return sources;
}

/** The pictures of coverage lie on the paper, below all lines and letters. */
function radioFill(scene: Scene): LayerSpecification[] {
  // Classes keep the colours of the legend: no smoothing between them.
  const paint = {
    'raster-opacity': 0.82,
    'raster-resampling': 'nearest' as const,
    'raster-fade-duration': 0,
  };
  const layers: LayerSpecification[] = [];
  if (scene.radio?.tiles) {
    layers.push({ id: 'coverage', type: 'raster', source: 'coverage', paint });
  }
  if (scene.radio?.picture) {
    // Nearest would want mipmaps of a picture whose sides are powers of two, and draw it black.
    const smooth = { ...paint, 'raster-resampling': 'linear' as const };
    layers.push({ id: 'what-if', type: 'raster', source: 'what-if', paint: smooth });
  }
  return layers;
}

function radioMarks(scene: Scene): LayerSpecification[] {
  if (scene.radio === null) return [];
  const ink = scene.dark ? '#ffffff' : '#14181a';
  const paper = scene.dark ? '#14181a' : '#ffffff';
  return [
    {
      id: 'link-case',
      type: 'line',
      source: 'radio',
      filter: ['==', ['geometry-type'], 'LineString'],
      paint: { 'line-color': paper, 'line-width': 5 },
    },
    {
      id: 'link',
      type: 'line',
      source: 'radio',
      filter: ['==', ['geometry-type'], 'LineString'],
      paint: { 'line-color': ink, 'line-width': 2, 'line-dasharray': [3, 2] },
    },
    {
      id: 'gained',
      type: 'circle',
      source: 'radio',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': 5,
        'circle-color': paper,
        'circle-stroke-color': ink,
        'circle-stroke-width': 2,
      },
    },
    {
      id: 'gained-names',
      type: 'symbol',
      source: 'radio',
      filter: ['==', ['geometry-type'], 'Point'],
      layout: {
        'text-field': ['get', 'name'],
        'text-font': fonts,
        'text-size': 11.5,
        'text-offset': [0, 0.8],
        'text-anchor': 'top',
      },
      paint: { 'text-color': ink, 'text-halo-color': paper, 'text-halo-width': 1.4 },
    },
  ];
}

function areaLayers(scene: Scene): LayerSpecification[] {
  const ink = scene.dark ? '#0f1315' : '#ffffff';
  const estimated = scene.rows
    .filter((row) => row.estimated && row.value !== null)
    .map((row) => row.region);
  const area = isArea(scene.level) && estimated.length > 0 && !isPlain(scene);
  const source = { source: 'boundaries', 'source-layer': 'county' };
  const picked: ExpressionSpecification = [
    '==',
    ['slice', ['get', 'code'], 0, scene.region.length],
    scene.region,
  ];
  const everywhere = scene.level === 'zone';
  return [
    {
      id: 'area',
      type: 'fill',
      ...source,
      paint: { 'fill-color': areaColour(scene), 'fill-antialias': true },
    },
    ...radioFill(scene),
    ...(area
      ? [
          {
            id: 'hatch',
            type: 'fill' as const,
            ...source,
            ...(everywhere
              ? {}
              : {
                  filter: [
                    'in',
                    keyOf(scene.level),
                    ['literal', estimated],
                  ] as ExpressionSpecification,
                }),
            paint: { 'fill-pattern': scene.dark ? 'hatch-dark' : 'hatch-light' },
          },
        ]
      : []),
    {
      id: 'county-line',
      type: 'line',
      ...source,
      paint: {
        'line-color': ink,
        'line-width': ['interpolate', ['linear'], ['zoom'], 5, 0.6, 9, 1.6],
      },
    },
    {
      id: 'prefecture-line',
      type: 'line',
      source: 'boundaries',
      'source-layer': 'prefecture',
      paint: {
        'line-color': scene.dark ? '#9fabb1' : '#59636a',
        'line-width': ['interpolate', ['linear'], ['zoom'], 5, 1, 9, 2.2],
      },
    },
    {
      id: 'picked',
      type: 'line',
      ...source,
      filter: /^\d/.test(scene.region) ? picked : ['==', ['get', 'code'], ''],
      paint: { 'line-color': scene.dark ? '#ffffff' : '#111111', 'line-width': 2.6 },
    },
  ];
}

/** Divisions and shapes in the colour of their level; each with an edge, so that red is not all. */
function warnedLayers(scene: Scene, bounded: boolean): LayerSpecification[] {
  const { warned } = scene;
  if (!warned) return [];
  const colour = (severity: AlertSeverity): string =>
    severityColours[severity][scene.dark ? 'dark' : 'light'];
  const layers: LayerSpecification[] = [];
  const source = { source: 'boundaries', 'source-layer': 'county' };
  // The longer code is the nearer division: a county's own level stands before its prefecture's.
  const codes = [...warned.divisions].sort(([a], [b]) => b.length - a.length);
  if (bounded && codes.length > 0) {
    const inside = (code: string): ExpressionSpecification => [
      '==',
      ['slice', ['get', 'code'], 0, code.length],
      code,
    ];
    const tint = [
      'case',
      ...codes.flatMap(([code, severity]) => [inside(code), colour(severity)]),
      'rgba(0, 0, 0, 0)',
    ] as unknown as ExpressionSpecification;
    const filter = ['any', ...codes.map(([code]) => inside(code))] as ExpressionSpecification;
    layers.push(
      {
        id: 'warned',
        type: 'fill',
        ...source,
        filter,
        paint: { 'fill-color': tint, 'fill-opacity': 0.5 },
      },
      {
        id: 'warned-line',
        type: 'line',
        ...source,
        filter,
        paint: { 'line-color': tint, 'line-width': 2.4 },
      },
    );
  }
  const own = [
    'match',
    ['get', 'severity'],
    ...severities.flatMap((severity) => [severity, colour(severity)]),
    colour('Unknown'),
  ] as unknown as ExpressionSpecification;
  layers.push(
    {
      id: 'shapes',
      type: 'fill',
      source: 'shapes',
      paint: { 'fill-color': own, 'fill-opacity': 0.22 },
    },
    {
      id: 'shapes-line',
      type: 'line',
      source: 'shapes',
      paint: { 'line-color': own, 'line-width': 3, 'line-dasharray': [3, 1.4] },
    },
  );
  return layers;
}

function dotLayers(scene: Scene): LayerSpecification[] {
  if (isArea(scene.level)) return [];
  const hollow: ExpressionSpecification = ['case', ['get', 'estimated'], 0.35, 1];
  return [
    {
      id: 'dots',
      type: 'circle',
      source: 'rows',
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 5, 2.2, 8, 4, 11, 8],
        'circle-color': ['get', 'colour'],
        'circle-opacity': hollow,
        'circle-stroke-color': [
          'case',
          ['==', ['get', 'code'], scene.region],
          scene.dark ? '#ffffff' : '#111111',
          ['case', ['get', 'estimated'], ['get', 'colour'], scene.dark ? '#0f1315' : '#59636a'],
        ],
        'circle-stroke-width': [
          'case',
          ['==', ['get', 'code'], scene.region],
          2.5,
          ['case', ['get', 'estimated'], 1.6, 0.6],
        ],
      },
    },
  ];
}

function thingLayer(scene: Scene, layer: Layer, index: number): LayerSpecification {
  const colour = thingColour(index, scene.dark);
  const ramp = rampOf(scene.dark);
  const [low, high] = layer.domain ?? [0, 0];
  const graded = layer.colour_by !== null && low !== undefined && high !== undefined && high > low;
  const tint: ExpressionSpecification | string = graded
    ? [
        'case',
        ['has', 'value'],
        [
          'interpolate',
          ['linear'],
          ['get', 'value'],
          low,
          ramp[1] ?? colour,
          (low + high) / 2,
          ramp[3] ?? colour,
          high,
          ramp[4] ?? colour,
        ],
        colour,
      ]
    : colour;
  const shape = layer.symbol ?? 'circle';
  // A handful of things may be large; thousands must leave room for each other.
  const few = layer.count < 300;
  return {
    id: layer.id,
    type: 'symbol',
    source: layer.id,
    'source-layer': layer.source_layers[0] ?? layer.type ?? '',
    layout: {
      'icon-image': [
        'case',
        ['to-boolean', ['get', 'estimated']],
        `${shape}-hollow`,
        `${shape}-full`,
      ],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
      'icon-size': [
        'case',
        ['==', ['get', 'id'], scene.thing],
        1.5,
        ['>', ['coalesce', ['get', 'count'], 1], 1],
        few ? 1.25 : 0.95,
        few ? 1.15 : 0.65,
      ],
    },
    paint: {
      'icon-color': tint,
      'icon-halo-color': scene.dark ? '#0f1315' : '#ffffff',
      'icon-halo-width': 1,
      'icon-opacity': ['match', ['get', 'status'], 'planned', 0.6, 'retired', 0.4, 1],
    },
  };
}

function labelLayers(scene: Scene): LayerSpecification[] {
  const near = scene.dark ? '#14181a' : '#ffffff';
  const far = scene.dark ? '#ffffff' : '#14181a';
  const paint: Record<string, ExpressionSpecification | number> = {
    'text-color': ['case', ['get', 'inverse'], near, far],
    'text-halo-color': ['case', ['get', 'inverse'], far, near],
    'text-halo-width': ['case', ['get', 'inverse'], 0.6, 1.2],
  };
  const text: ExpressionSpecification = [
    'format',
    ['get', 'name'],
    {},
    '\n',
    {},
    ['get', 'value'],
    { 'font-scale': 0.9 },
  ];
  const shared = { 'text-font': fonts, 'text-line-height': 1.15 };
  if (isArea(scene.level)) {
    return [
      {
        id: 'names',
        type: 'symbol',
        source: 'rows',
        layout: { ...shared, 'text-field': text, 'text-size': 12.5 * (scene.scale ?? 1) },
        paint,
      },
    ];
  }
  return [
    {
      id: 'names',
      type: 'symbol',
      source: 'rows',
      minzoom: scene.level === 'town' ? 8 : 10,
      layout: {
        ...shared,
        'text-field': text,
        'text-size': 11.5,
        'text-offset': [0, 0.9],
        'text-anchor': 'top',
      },
      paint,
    },
  ];
}

function pinFeatures(scene: Scene): FeatureCollection {
  const theme = scene.dark ? 'dark' : 'light';
  const features = scene.pins.map((pin) => ({
    type: 'Feature' as const,
    geometry: { type: 'Point' as const, coordinates: [pin.lon, pin.lat] },
    properties: {
      id: pin.thing,
      icon: `alert-${pin.severity}-${theme}-${pin.silent ? 'silent' : 'full'}`,
      // The worst is drawn last.
      order: (pin.calls ? 10 : 0) - severities.indexOf(pin.severity),
      calls: pin.calls,
      silent: pin.silent,
      title: pin.title,
      text: pin.text,
    },
  }));
  return { type: 'FeatureCollection', features };
}

function pinLayer(scene: Scene): LayerSpecification {
  return {
    id: 'alerts',
    type: 'symbol',
    source: 'alerts',
    layout: {
      'icon-image': ['get', 'icon'],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
      'symbol-sort-key': ['get', 'order'],
      'icon-size': [
        '*',
        scene.scale ?? 1,
        // Who says nothing is many at once and rarely the worst: small, so that it hides nobody.
        [
          'case',
          ['==', ['get', 'id'], scene.thing],
          1.25,
          ['get', 'silent'],
          0.5,
          ['get', 'calls'],
          1,
          0.7,
        ],
      ],
    },
    paint: { 'icon-opacity': ['case', ['get', 'calls'], 1, 0.75] },
  };
}

/** The whole style; the lowest layer first. */
export function styleOf(scene: Scene): StyleSpecification {
  const find = (id: string): Layer | undefined => scene.layers.find((layer) => layer.id === id);
  const things = scene.layers.filter((layer) => layer.type !== null);
  const drawn = things.filter((layer) => scene.on.includes(layer.id));
  const sources: Record<string, SourceSpecification> = {
    rows: { type: 'geojson', data: points(scene) },
    alerts: { type: 'geojson', data: pinFeatures(scene) },
    ...radioSources(scene),
    ...(scene.warned ? { shapes: { type: 'geojson' as const, data: scene.warned.shapes } } : {}),
  };
  for (const layer of [find('boundaries'), find('rivers'), ...drawn]) {
    if (layer !== undefined) sources[layer.id] = tileSource(scene, layer);
  }
  const layers: LayerSpecification[] = [
    {
      id: 'paper',
      type: 'background',
      paint: { 'background-color': scene.dark ? '#14181a' : '#f3f4f2' },
    },
  ];
  if (sources['boundaries'] !== undefined) layers.push(...areaLayers(scene));
  else layers.push(...radioFill(scene));
  const rivers = find('rivers');
  if (rivers !== undefined) {
    layers.push({
      id: 'rivers',
      type: 'line',
      source: 'rivers',
      'source-layer': rivers.source_layers[0] ?? 'rivers',
      paint: {
        'line-color': scene.dark ? '#4f7f9d' : '#5d93b8',
        'line-opacity': 0.75,
        'line-width': ['interpolate', ['linear'], ['zoom'], 5, 0.5, 10, 1.8],
      },
    });
  }
  layers.push(...warnedLayers(scene, sources['boundaries'] !== undefined));
  layers.push(...dotLayers(scene), ...labelLayers(scene));
  for (const layer of drawn) layers.push(thingLayer(scene, layer, things.indexOf(layer)));
  layers.push(...radioMarks(scene), pinLayer(scene));
  return { version: 8, sources, layers };
}
