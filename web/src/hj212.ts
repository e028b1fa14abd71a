// SPDX-License-Identifier: Apache-2.0
// Words of HJ 212-2017: systems (its table 5), factors (HJ 525, HJ 524 and its annex B), flags
// (table 8); and what an order is made of. What is not in the tables keeps its code.
import type { Hj212Command, Hj212Facts, Hj212Field, Hj212Order, Hj212Request } from './api/types';
import { clockText, spanText } from './format';
import type { Lang } from './view';

type Pair = readonly [string, string];
const at = (lang: Lang): 0 | 1 => (lang === 'zh' ? 0 : 1);

const systems: Record<string, Pair> = {
  '21': ['地表水质量监测', 'Surface water'],
  '22': ['空气质量监测', 'Ambient air'],
  '23': ['声环境质量监测', 'Ambient noise'],
  '27': ['挥发性有机物监测', 'Volatile organic compounds'],
  '31': ['大气环境污染源', 'Emissions to the air'],
  '32': ['地表水体环境污染源', 'Discharges to surface water'],
  '36': ['声环境污染源', 'Noise sources'],
  '39': ['工地扬尘污染源', 'Dust of building sites'],
  '51': ['烟气排放过程监控', 'Process control of flue gas'],
  '52': ['污水排放过程监控', 'Process control of waste water'],
};
const factors: Record<string, Pair> = {
  w00000: ['污水流量', 'Flow of waste water'],
  w01001: ['pH', 'pH'],
  w01010: ['水温', 'Water temperature'],
  w01018: ['化学需氧量', 'COD'],
  w21001: ['总氮', 'Total nitrogen'],
  w21003: ['氨氮', 'Ammonia nitrogen'],
  w21011: ['总磷', 'Total phosphorus'],
  a00000: ['废气流量', 'Flow of gas'],
  a01011: ['烟气流速', 'Speed of the gas'],
  a01012: ['烟气温度', 'Temperature of the gas'],
  a19001: ['氧含量', 'Oxygen'],
  a21002: ['氮氧化物', 'Nitrogen oxides'],
  a21026: ['二氧化硫', 'Sulphur dioxide'],
  a34004: ['PM2.5', 'PM2.5'],
  a34002: ['PM10', 'PM10'],
  a34013: ['烟尘', 'Dust'],
  LA: ['瞬时A声级', 'A-weighted level'],
  Leq: ['等效声级', 'Equivalent level'],
  LMx: ['最大声级', 'Highest level'],
  L90: ['累积百分声级L90', 'Level L90'],
};
const flags: Record<string, Pair> = {
  F: ['停运', 'stopped'],
  M: ['维护', 'maintenance'],
  S: ['手工输入', 'set by hand'],
  D: ['故障', 'fault'],
  C: ['校准', 'calibration'],
  T: ['超出测量上限', 'above the range'],
  B: ['通讯异常', 'no communication'],
};
const facts = {
  clock: ['现场时钟', 'Its clock'],
  realtime: ['实时数据间隔', 'Real-time interval'],
  minute: ['分钟数据间隔', 'Minute interval'],
  restarted: ['上次开机', 'Started last'],
  bottle: ['留样瓶 {0}', 'Bottle {0}'],
  sampling: ['采样周期', 'Sampling'],
  out: ['出样时间', 'From sample to value'],
  serial: ['设备序列号', 'Serial number'],
  log: ['日志', 'Log'],
  state: ['状态', 'State'],
  parameter: ['参数', 'Parameter'],
  other: ['信息', 'Information'],
  since: ['{0} 起每 {1} 小时', 'every {1} h from {0}'],
  minutes: ['{0} 分钟', '{0} min'],
} as const satisfies Record<string, Pair>;

export const requestMark: Record<Hj212Request['state'], string> = {
  sent: '…',
  accepted: '◐',
  done: '✓',
  refused: '✕',
  failed: '✕',
  silent: '◌',
};

export function systemName(code: string, lang: Lang): string {
  const found = systems[code];
  return found === undefined ? `ST ${code}` : `${found[at(lang)]} · ST ${code}`;
}
export function factorName(code: string, lang: Lang): string {
  return factors[code]?.[at(lang)] ?? code;
}
/** "C 校准"; empty for a letter that the standard does not have. */
export function flagMark(flag: string, lang: Lang): string {
  const found = flags[flag];
  return found === undefined ? '' : `${found[at(lang)]} (${flag})`;
}

/** The fields of a command, those that it needs first. */
export function fieldsOf(command: Hj212Command): { name: Hj212Field; needed: boolean }[] {
  return [
    ...command.needs.map((name) => ({ name, needed: true })),
    ...command.takes.map((name) => ({ name, needed: false })),
  ];
}

export type Filled = Partial<Record<Hj212Field, string | number>>;
/** What was typed as an order; an empty field is not said. Times of a form are local ones. */
export function orderOf(command: Hj212Command, filled: Filled): Hj212Order {
  const out: Record<string, unknown> = { command: command.command };
  for (const { name } of fieldsOf(command)) {
    const text = String(filled[name] ?? '').trim();
    if (text === '') continue;
    if (name === 'value' || name === 'count') out[name] = Number(text);
    else if (name === 'from' || name === 'to') out[name] = new Date(text).toISOString();
    else out[name] = text;
  }
  return out as Hj212Order;
}

/** Name and text of each thing that it said. */
export function factLines(said: Hj212Facts, lang: Lang): [string, string][] {
  const word = (name: keyof typeof facts, ...values: (string | number)[]): string =>
    values.reduce<string>(
      (text, value, i) => text.replace(`{${i}}`, String(value)),
      facts[name][at(lang)],
    );
  const of = (name: keyof typeof facts, factor: string): string =>
    factor === '' ? word(name) : `${word(name)} · ${factorName(factor, lang)}`;
  const out: [string, string][] = [];
  if (said.clock) out.push([word('clock'), clockText(said.clock, true)]);
  if (said.realtime_interval_s !== undefined) {
    out.push([word('realtime'), spanText(said.realtime_interval_s, lang)]);
  }
  if (said.minute_interval_min !== undefined) {
    out.push([word('minute'), spanText(said.minute_interval_min * 60, lang)]);
  }
  if (said.restarted_at) out.push([word('restarted'), clockText(said.restarted_at, true)]);
  for (const each of said.serials ?? []) out.push([of('serial', each.factor), each.serial]);
  for (const each of said.sampling ?? []) {
    out.push([of('sampling', each.factor), word('since', each.start, each.every_h)]);
  }
  for (const each of said.sample_out ?? []) {
    out.push([of('out', each.factor), word('minutes', each.minutes)]);
  }
  for (const each of said.bottles ?? []) {
    out.push([word('bottle', each.bottle), each.at ? clockText(each.at, true) : '–']);
  }
  for (const each of said.info ?? []) {
    const when = each.at ? ` · ${clockText(each.at, true)}` : '';
    out.push([`${of(each.kind, each.factor)} ${each.info}`, `${each.value}${when}`]);
  }
  return out;
}
