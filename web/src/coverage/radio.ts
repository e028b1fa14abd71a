// SPDX-License-Identifier: Apache-2.0
// All of coverage on the map page: the layer that is on, the tool in hand, and what they show.
import { computed, onScopeDispose, ref, watch } from 'vue';
import { get, url, write } from '../api/client';
import type { CoverageLayer, WhatIf } from '../api/types';
import { useLoad } from '../load';
import { marksOf } from '../map/marks';
import type { Radio } from '../map/style';
import { label, shell, useView } from '../state';
import {
  layerText,
  linkText,
  placeText,
  readLayer,
  readLink,
  readPlace,
  readSite,
  siteText,
  type Layer,
  type Link,
  type Place,
  type Site,
} from './address';

/** What the next click on the map places. */
export type Tool = '' | 'from' | 'to' | 'site';

const pollMs = 1500;
const stationMast = 30; // Metres, of an imagined site and of a link's start.
const phoneMast = 1.5;

export function useRadio() {
  const { view, go } = useView();
  const tool = ref<Tool>('');
  const begun = ref<{ place: Place; mast: number; band: string } | null>(null);
  const menuOpen = ref(false);
  const picture = ref<'difference' | 'level'>('difference');

  const chosen = computed(() => readLayer(view.value.cover));
  const link = computed(() => readLink(view.value.link));
  const site = computed(() => readSite(view.value.site));
  const spot = computed(() => readPlace(view.value.spot));
  const asked = (): { at: string; overlay: string } => {
    return { at: view.value.at, overlay: view.value.overlay };
  };

  const wanted = computed(
    () => chosen.value !== null || menuOpen.value || tool.value !== '' || site.value !== null,
  );
  const layers = useLoad(
    () => (wanted.value || link.value !== null ? asked() : null),
    (query, signal) => get('/v1/coverage/layers', { query, signal }),
  );
  const layer = computed<CoverageLayer | null>(() => {
    const { value } = chosen;
    if (value === null) return null;
    const all = layers.data?.layers ?? [];
    return all.find((each) => each.operator === value.operator && each.band === value.band) ?? null;
  });

  // While the layer is being computed its progress is asked for; then its tiles are, once.
  const ready = ref(0);
  const timer = setInterval(() => {
    const state = layer.value?.state;
    if (state === 'absent' || state === 'waiting' || state === 'computing') layers.refresh();
  }, pollMs);
  onScopeDispose(() => clearInterval(timer));
  watch(
    () => [view.value.cover, layer.value?.state ?? ''] as const,
    ([cover, now], [before, then]) => {
      if (cover === before && now === 'ready' && then !== 'ready' && then !== '') ready.value++;
    },
  );

  const whatIf = useLoad(
    () => (site.value === null ? null : { site: site.value, ...asked() }),
    ({ site: at, ...query }, signal) => {
      const body = {
        lon: at.place.lon,
        lat: at.place.lat,
        mast_m: at.mast,
        band: at.band,
        operator: at.operator,
        ...(at.azimuth === null ? {} : { azimuth_deg: at.azimuth }),
        ...(query.at === '' ? {} : { at: query.at }),
        ...(query.overlay === '' ? {} : { overlay: query.overlay }),
      };
      return write<WhatIf>('POST', '/v1/coverage/what-if', {
        type: 'application/json',
        body: JSON.stringify(body),
        signal,
      });
    },
  );

  /** The bands that a link or a site may have, those of the layer's technology first. */
  const bands = computed(() => {
    const of = (layers.data?.layers ?? []).filter((each) => each.kind === 'band');
    const first = layer.value?.technology ?? '5g';
    const every = new Map(of.map((each) => [each.band, each]));
    return [...every.values()].sort(
      (a, b) => Number(b.technology === first) - Number(a.technology === first),
    );
  });
  const band = computed(() => {
    const own = layer.value?.kind === 'band' ? layer.value.band : '';
    return own || bands.value[0]?.band || 'n28';
  });
  const operator = computed(() => {
    const own = chosen.value?.operator ?? 'any';
    return own !== 'any' ? own : (layers.data?.operators[0]?.id ?? 'mobile');
  });

  function show(next: Layer | null): void {
    const off = next === null ? { spot: '' } : {};
    go({ cover: next === null ? '' : layerText(next), ...off });
  }
  function take(next: Tool): void {
    tool.value = next;
    begun.value = null;
  }
  function putLink(next: Link | null, how: 'push' | 'replace' = 'push'): void {
    go({ link: next === null ? '' : linkText(next) }, how);
  }
  function putSite(next: Site | null): void {
    go({ site: next === null ? '' : siteText(next) });
  }

  /** A station's own height and band, where the start of a link was put on one. */
  async function stationAt(id: string): Promise<{ mast: number; band: string }> {
    const own = { mast: stationMast, band: band.value };
    if (id === '') return own;
    try {
      const { properties } = await get('/v1/things/{id}', { path: { id } });
      const height = properties.find((each) => each.id === 'height_m')?.value;
      const name = properties.find((each) => each.id === 'band')?.text?.toLowerCase() ?? '';
      return {
        mast: height ?? own.mast,
        band: bands.value.some((each) => each.band === name) ? name : own.band,
      };
    } catch {
      return own; // It is a link between two places then.
    }
  }

  async function clicked(place: Place, thing: string): Promise<void> {
    if (tool.value === 'site') {
      tool.value = '';
      const was = site.value;
      putSite(
        was === null
          ? { place, mast: stationMast, band: band.value, operator: operator.value, azimuth: null }
          : { ...was, place },
      );
    } else if (tool.value === 'from') {
      tool.value = 'to';
      begun.value = { place, mast: stationMast, band: band.value };
      begun.value = { place, ...(await stationAt(thing)) };
    } else if (tool.value === 'to' && begun.value !== null) {
      const { place: from, mast, band: own } = begun.value;
      take('');
      putLink({ from, to: place, band: own, fromMast: mast, toMast: phoneMast });
    } else {
      go({ spot: placeText(place), thing: '' });
    }
  }
  function dragged(id: string, place: Place): void {
    if (id === 'site' && site.value !== null) putSite({ ...site.value, place });
    if (link.value === null && begun.value !== null && id === 'from') {
      begun.value = { ...begun.value, place };
    }
    if (link.value === null) return;
    if (id === 'from') putLink({ ...link.value, from: place });
    if (id === 'to') putLink({ ...link.value, to: place });
  }

  const picks = computed(() =>
    tool.value !== '' ? 'place' : chosen.value !== null ? 'ground' : 'region',
  );
  const marks = computed(() =>
    marksOf(site.value, link.value, begun.value?.place ?? null, spot.value),
  );

  const radio = computed<Radio | null>(() => {
    const drawn = layer.value !== null && layers.data?.terrain != null ? layer.value : null;
    const result = site.value === null ? null : whatIf.data;
    if (drawn === null && result === null && link.value === null) return null;
    return {
      tiles:
        drawn === null || result !== null
          ? null
          : tilesOf(drawn.tiles, { ...asked(), dark: shell.dark || null }),
      picture:
        result === null ? null : { url: result.images[picture.value], bbox: result.images.bbox },
      line:
        link.value === null
          ? null
          : [link.value.from, link.value.to].map(({ lon, lat }) => [lon, lat]),
      gained: (result?.villages ?? []).map((village) => ({
        code: village.code,
        name: label(village.label),
        ...village.position,
      })),
    };
  });

  return {
    view,
    chosen,
    layers,
    layer,
    link,
    site,
    spot,
    tool,
    begun,
    menuOpen,
    picture,
    ready,
    whatIf,
    bands,
    picks,
    marks,
    radio,
    show,
    take,
    putLink,
    putSite,
    clicked,
    dragged,
  };
}
export type RadioTools = ReturnType<typeof useRadio>;

function tilesOf(path: string, query: Record<string, unknown>): string {
  const search = url('', {}, query);
  return `${path}${search}`;
}
