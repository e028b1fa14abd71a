// SPDX-License-Identifier: Apache-2.0
// Numbers as people say them: 万 and 亿 in Chinese, thousands and M in English, the unit always,
// and no more digits than are worth reading.
import type { Lang } from './view';

const minus = '\u2212';
const narrow = '\u202f';

/** UCUM codes and annotations as they are printed. Units of the plans are printed as they are. */
const printed: Record<string, { zh: string; en: string }> = {
  '1': { zh: '', en: '' },
  '{person}': { zh: '人', en: 'people' },
  '{household}': { zh: '户', en: 'households' },
  '{village}': { zh: '个村', en: 'villages' },
  '{station}': { zh: '站', en: 'stations' },
  '{site}': { zh: '个', en: 'sites' },
  'ug/m3': { zh: 'µg/m³', en: 'µg/m³' },
  'mg/m3': { zh: 'mg/m³', en: 'mg/m³' },
  'm3/s': { zh: 'm³/s', en: 'm³/s' },
  km2: { zh: 'km²', en: 'km²' },
  m2: { zh: 'm²', en: 'm²' },
  m3: { zh: 'm³', en: 'm³' },
  Cel: { zh: '°C', en: '°C' },
  deg: { zh: '°', en: '°' },
  '[degF]': { zh: '°F', en: '°F' },
  'kW.h': { zh: 'kW·h', en: 'kW·h' },
  'dB[mW]': { zh: 'dBm', en: 'dBm' },
  a: { zh: '年', en: 'years' },
  d: { zh: '天', en: 'days' },
  min: { zh: '分钟', en: 'min' },
};

/** Chinese units of the plans that have a plain English word. */
const english: Record<string, string> = {
  个: '',
  户: 'households',
  人: 'people',
  元: 'CNY',
  部: 'phones',
  端口: 'ports',
  公里: 'km',
  平方公里: 'km²',
  家: 'firms',
  台: 'units',
  条: 'lines',
  次: 'times',
  架: 'racks',
  处: 'places',
  '部/百人': 'per 100 people',
  年: 'years',
  芯公里: 'fibre-km',
  吨: 't',
  标准机架: 'racks',
  机架: 'racks',
  座: '',
  项: '',
  张: '',
  万元: '×10⁴ CNY',
  皮长公里: 'cable-km',
  户次: 'uses',
};

/** One factor of a unit: `{person}`, `km2`, `个`. */
function factorText(factor: string, lang: Lang): string {
  const known = printed[factor];
  if (known !== undefined) return known[lang];
  const bare = factor.replace(/^\{(.*)\}$/, '$1').replaceAll('_', ' ');
  return lang === 'zh' ? bare : (english[bare] ?? bare);
}

export function unitText(unit: string, lang: Lang): string {
  if (printed[unit] !== undefined || unit in english || /^\{[^}]*\}$/.test(unit)) {
    return factorText(unit, lang);
  }
  return unit
    .split(/([/.()])/)
    .map((part) => (part === '.' ? ' ' : part === '1' ? part : factorText(part, lang)))
    .join('');
}

/** Grouped digits; `digits` decimal places at most, trailing zeros only when `fixed`. */
function digitsOf(value: number, digits: number, fixed: boolean): string {
  return new Intl.NumberFormat('en-US', {
    maximumFractionDigits: digits,
    minimumFractionDigits: fixed ? digits : 0,
    useGrouping: Math.abs(value) >= 1e4,
  })
    .format(value)
    .replace('-', minus);
}

/** Four significant digits, but whole numbers below a hundred thousand whole. */
function usefulDigits(value: number): number {
  const size = Math.abs(value);
  if (size === 0 || (Number.isInteger(value) && size < 1e5)) return 0;
  const before = Math.floor(Math.log10(size)) + 1;
  return Math.min(8, Math.max(0, 4 - before));
}

/**
 * A number as it stands, for a column whose unit is said elsewhere: never scaled, since nothing
 * beside it would say so.
 */
export function bareNumber(value: number, digits: number | null = null): string {
  return digitsOf(value, digits ?? usefulDigits(value), digits !== null);
}

/** The unit that a plan prints, for such a column; 万 and 亿 as powers of ten in English. */
export function planUnit(unit: string, lang: Lang): string {
  const scale = /^(万亿|万|亿)(.*)$/.exec(unit);
  if (lang === 'zh' || scale === null) return unitText(unit, lang);
  const power = scale[1] === '万亿' ? '10¹²' : scale[1] === '亿' ? '10⁸' : '10⁴';
  return `×${power} ${unitText(scale[2] || '1', lang)}`.trim();
}

interface Scale {
  factor: number;
  word: string;
}

const chinese: readonly Scale[] = [
  { factor: 1e8, word: '亿' },
  { factor: 1e4, word: '万' },
];
const western: readonly Scale[] = [
  { factor: 1e9, word: 'bn' },
  { factor: 1e6, word: 'M' },
  { factor: 1e3, word: 'k' },
];

function scaleFor(value: number, lang: Lang): Scale | null {
  const size = Math.abs(value);
  if (lang === 'zh') return chinese.find((scale) => size >= scale.factor) ?? null;
  return size < 1e5 ? null : (western.find((scale) => size >= scale.factor) ?? null);
}

/** Things that are counted are scaled; measured units carry their own prefix. */
function countable(unit: string): boolean {
  return unit === '1' || unit === '' || /^\{.*\}$/.test(unit) || unit in english;
}

export interface Parts {
  number: string;
  unit: string;
}

/** The number and its unit apart, so that a table can align them. */
export function parts(
  value: number,
  unit: string,
  lang: Lang,
  digits: number | null = null,
): Parts {
  let amount = value;
  let name = unit;
  const own = /^(万亿|万|亿)(?!$)(.*)$/.exec(unit);
  if (lang === 'en' && (own !== null || unit === '万' || unit === '亿')) {
    const word = own?.[1] ?? unit;
    amount = value * (word === '万亿' ? 1e12 : word === '亿' ? 1e8 : 1e4);
    // 0.16 × 10⁴ must be 1600, not 1600.0000000000002.
    amount = Number(amount.toPrecision(12));
    name = own?.[2] ?? '1';
    digits = null;
  }
  const scale = countable(name) && !(own !== null && lang === 'zh') ? scaleFor(amount, lang) : null;
  const label = unitText(name, lang);
  if (scale !== null) {
    const shown = amount / scale.factor;
    return {
      number: digitsOf(shown, usefulDigits(shown), false),
      unit: lang === 'zh' ? `${scale.word}${label}` : `${scale.word}${label && ` ${label}`}`,
    };
  }
  const places = digits ?? usefulDigits(amount);
  return { number: digitsOf(amount, places, digits !== null), unit: label };
}

/** As `parts`, but nobody says 0.09 万个 for 900 个; a table with a column of units does. */
export function spoken(
  value: number,
  unit: string,
  lang: Lang,
  digits: number | null = null,
): Parts {
  const scale = /^(万|亿)(.*)$/.exec(unit);
  const size = Math.abs(value);
  if (lang === 'en' || scale === null || size === 0 || size >= 0.1) {
    return parts(value, unit, lang, digits);
  }
  const whole = Number((value * (scale[1] === '亿' ? 1e8 : 1e4)).toPrecision(12));
  return parts(whole, scale[2] || '1', lang);
}

/** `41.2 %`, `607.1 万人`, `1.7 万个`, `6.071 M people`; the unit is never left out. */
export function quantity(
  value: number | null,
  unit: string,
  lang: Lang,
  digits: number | null = null,
): string {
  if (value === null) return '–';
  const { number, unit: name } = spoken(value, unit, lang, digits);
  return name === '' ? number : `${number}${narrow}${name}`;
}

/** `12.3 – 18 万人`: the unit once where both ends are said in it; three digits are enough. */
export function rangeText(low: number, high: number, unit: string, lang: Lang): string {
  const round = (value: number): number => Number(value.toPrecision(3));
  if (round(low) === round(high)) return quantity(round(high), unit, lang);
  const [from, to] = [parts(round(low), unit, lang), parts(round(high), unit, lang)];
  const start =
    from.unit === to.unit || from.unit === '' ? from.number : quantity(round(low), unit, lang);
  return `${start} – ${quantity(round(high), unit, lang)}`;
}

/** The number with all its digits, for a title and for copying. */
export function exact(value: number, unit: string, lang: Lang): string {
  const text = String(value).replace('-', minus);
  const name = planUnit(unit, lang);
  return name === '' ? text : `${text}${narrow}${name}`;
}

const opWords: Record<string, string> = {
  '>': '>',
  '>=': '≥',
  '<': '<',
  '<=': '≤',
  '~': '约',
  '=': '',
};

export function opText(op: string, lang: Lang): string {
  return op === '~' && lang === 'en' ? '≈' : (opWords[op] ?? op);
}

/** Sources are written in markdown; a link is read as its text. */
export function unlinked(text: string): string {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}

/** A date as it was given: a year, a day, or a moment to the minute in the region's time. */
export function dateText(at: string | null, lang: Lang): string {
  if (at === null || at === '') return '–';
  if (/^\d{4}$/.test(at)) return lang === 'zh' ? `${at} 年` : at;
  if (/^\d{4}-\d{2}-\d{2}$/.test(at)) return at;
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return at;
  // Plan regions keep one clock, UTC+8.
  const local = new Date(moment.getTime() + 8 * 3600e3).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 16)}`;
}

/** Whole days between two dates; null when one of them is no date. */
export function daysBetween(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  const day = (text: string): number => {
    return Date.parse(/^\d{4}$/.test(text) ? `${text}-12-31` : text.slice(0, 10));
  };
  const days = Math.round((day(to) - day(from)) / 86400e3);
  return Number.isNaN(days) ? null : days;
}

/** "4 年" or "3 个月" or "12 天": how old something is, in the unit people would use. */
export function ageText(days: number, lang: Lang): string {
  const [amount, zh, en] =
    days >= 730
      ? [Math.floor(days / 365.25), '年', 'years']
      : days >= 60
        ? [Math.floor(days / 30.4), '个月', 'months']
        : [days, '天', days === 1 ? 'day' : 'days'];
  return lang === 'zh' ? `${amount} ${zh}` : `${amount} ${en}`;
}

/** Seconds as people say them: "8 秒", "12 分钟", "3 小时", "5 天"; one unit is enough. */
export function spanText(seconds: number, lang: Lang): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [amount, zh, en] =
    whole < 60
      ? [whole, '秒', 's']
      : whole < 3600
        ? [Math.floor(whole / 60), '分钟', 'min']
        : whole < 48 * 3600
          ? [Math.floor(whole / 3600), '小时', 'h']
          : [Math.floor(whole / 86400), '天', 'days'];
  return whole >= 730 * 86400 ? ageText(amount, lang) : `${amount} ${lang === 'zh' ? zh : en}`;
}

/** "12:03:05" of the region's clock, with the day before it when `day` is asked for. */
export function clockText(moment: number | string, day = false): string {
  const at = typeof moment === 'number' ? moment : Date.parse(moment);
  if (!Number.isFinite(at)) return '–';
  const local = new Date(at + 8 * 3600e3).toISOString();
  return day ? `${local.slice(0, 10)} ${local.slice(11, 19)}` : local.slice(11, 19);
}
