// SPDX-License-Identifier: Apache-2.0
// What the whole console shares: the view (in the address), the server's status, the language.
import { computed, reactive, readonly, ref, shallowRef, watchEffect } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { LocationQuery } from 'vue-router';
import { encode, type Question } from './ask';
import type { Level, Status, Text } from './api/types';
import { get } from './api/client';
import { fromQuery, toQuery, type Lang, type View } from './view';
import { words, type Word } from './words';

export type Theme = 'auto' | 'light' | 'dark';

export function remembered(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser without storage forgets; nothing else changes.
  }
}

const status = shallowRef<Status | null>(null);
const lang = ref<Lang>(remembered('cairn.lang') === 'en' ? 'en' : 'zh');
const theme = ref<Theme>((remembered('cairn.theme') || 'auto') as Theme);
const systemDark = ref(matchMedia('(prefers-color-scheme: dark)').matches);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => {
  systemDark.value = event.matches;
});

export const dark = computed(() => {
  return theme.value === 'dark' || (theme.value === 'auto' && systemDark.value);
});
watchEffect(() => {
  document.documentElement.dataset['theme'] = dark.value ? 'dark' : 'light';
  document.documentElement.lang = lang.value === 'zh' ? 'zh-CN' : 'en';
});

/** One word of the console in the language of the view. */
export function t(word: Word, ...args: (string | number)[]): string {
  const text: string = words[word][lang.value === 'zh' ? 0 : 1];
  return text.replace(/\{(\d)\}/g, (_, i: string) => String(args[Number(i)] ?? ''));
}

/** A label of the data in the language of the view. */
export function label(text: Text | null | undefined): string {
  if (text === null || text === undefined) return '';
  return text[lang.value] || text.zh || text.en;
}

export function levelWord(level: Level): string {
  return t(`level_${level}` as Word);
}

export const shell = readonly(reactive({ status, lang, theme, dark }));

export async function loadStatus(signal?: AbortSignal): Promise<Status> {
  status.value = await get('/v1/status', signal === undefined ? {} : { signal });
  return status.value;
}

export function setTheme(next: Theme): void {
  theme.value = next;
  remember('cairn.theme', next);
}

/** The view and the one way to change it. */
export function useView() {
  const route = useRoute();
  const router = useRouter();
  const view = computed<View>(() => fromQuery(route.query, lang.value));
  const home = computed(() => status.value?.home.code ?? '');
  const region = computed(() => view.value.region || home.value);
  const asOf = computed(() => view.value.at || status.value?.as_of || '');

  /** Changes the view; a replaced entry is not worth a step back. */
  function go(
    change: Partial<View>,
    how: 'push' | 'replace' = 'push',
    path: string = route.path,
  ): void {
    const next = { ...view.value, ...change };
    if (next.region === home.value) next.region = '';
    const query = toQuery(next) as LocationQuery;
    void router[how]({ path, query });
  }
  function ask(question: Question): void {
    go({ ask: encode(question) });
  }
  function setLang(next: Lang): void {
    lang.value = next;
    remember('cairn.lang', next);
    go({ lang: next }, 'replace');
  }
  return { view, home, region, asOf, go, ask, setLang };
}

/** The address decides the language when it names one. */
export function adoptLang(query: LocationQuery): void {
  const asked = query['lang'];
  if (asked === 'zh' || asked === 'en') lang.value = asked;
}
