// SPDX-License-Identifier: Apache-2.0
// Every word of the form in both languages, Chinese first. `{0}` is replaced by the first argument.
import { ref, watchEffect } from 'vue';
import type { Text } from './types';

const words = {
  title: ['随手上报', 'Report a problem'],
  language: ['English', '中文'],
  tabForm: ['上报', 'Report'],
  tabMine: ['我的上报', 'My reports'],
  kind: ['是什么问题？', 'What is wrong?'],
  text: ['说说情况', 'Say what you see'],
  textHint: ['发生了什么、有没有人受伤、持续多久', 'What happened, is anybody hurt, since when'],
  photos: ['照片（最多 {0} 张）', 'Photos (at most {0})'],
  camera: ['拍照', 'Take a photo'],
  album: ['从相册选', 'Choose photos'],
  removePhoto: ['删除第 {0} 张照片', 'Remove photo {0}'],
  photo: ['第 {0} 张照片', 'Photo {0}'],
  photoBad: ['这张图片读不了，请换一张。', 'This picture cannot be read; choose another.'],
  photoBusy: ['正在压缩照片…', 'Making the photo smaller…'],
  place: ['在哪里？', 'Where is it?'],
  locate: ['用手机定位', 'Use my position'],
  locating: ['正在定位…', 'Looking for the position…'],
  located: ['已定位：{0}，{1}（精度约 ±{2} 米）', 'Position: {0}, {1} (within about {2} m)'],
  coarse: [
    '精度较差，请再定位一次，或在下面选择地点。',
    'This is coarse: try again, or choose the place below.',
  ],
  locateFailed: [
    '定位不成功（{0}）。请在下面选择地点。',
    'The position could not be found ({0}). Choose the place below.',
  ],
  locateDenied: ['没有允许定位', 'not allowed'],
  locateNone: ['此页面或手机不支持', 'not offered here'],
  locateTimeout: ['信号不好', 'no signal'],
  forget: ['不用这个位置', 'Do not use it'],
  byHand: ['或者自己选', 'Or choose it'],
  county: ['县（市、区）', 'County'],
  town: ['乡镇（街道）', 'Town'],
  village: ['村（社区）', 'Village'],
  choose: ['请选择', 'Choose'],
  anywhere: ['不确定', 'Not sure'],
  placesOffline: ['没有网络，乡镇名单取不到，请写在下面。', 'Offline: write the town below.'],
  note: ['地点说明（选填）', 'Words on the place (optional)'],
  noteHint: ['如：村小学后面的坡', 'Such as: the slope behind the school'],
  contact: ['联系方式（选填）', 'Contact (optional)'],
  contactHint: [
    '只有经办人员能看到，办结半年后删除。不留也可以上报。',
    'Only those who work on it can see it; it is erased half a year after the end.',
  ],
  name: ['称呼', 'Name'],
  phone: ['电话', 'Phone'],
  send: ['提交', 'Send'],
  needKind: ['请先选择是什么问题。', 'Choose what is wrong first.'],
  needText: ['请写几个字或拍一张照片。', 'Write a few words or take a photo.'],
  needPlace: ['请定位，或选择县。', 'Use your position, or choose the county.'],
  tooLong: ['最多 {0} 个字。', 'At most {0} characters.'],
  noForm: [
    '第一次打开需要网络，请连上网络后再试。',
    'The first time needs a network: try again when there is one.',
  ],
  retry: ['重试', 'Try again'],
  nearby: [
    '附近 {0} 米处 {1}前已有人上报同类问题（{2}），正在处理。情况不同或更严重时请继续上报。',
    'The same was reported {0} m from here {1} ago ({2}) and is being worked on. Report it if yours is another or it is worse.',
  ],
  offline: ['没有网络', 'No network'],
  waiting: ['等待发送', 'Waiting to be sent'],
  kept: [
    '已存在本机，联网后自动发送',
    'Kept on this phone; sent by itself when there is a network',
  ],
  keptHow: [
    '可以关掉本页；再次打开时继续发送。',
    'You may close this page; it goes on when you open it again.',
  ],
  keptNot: [
    '此浏览器不能保存（无痕模式？），请不要关闭本页，直到发送完成。',
    'This browser keeps nothing (a private window?): leave this page open until it is sent.',
  ],
  sending: ['正在发送…', 'Sending…'],
  sendingPhotos: ['已受理，编号 {0}；正在传照片', 'Taken as {0}; sending photos'],
  waitingPhotos: ['已受理，编号 {0}；照片等待发送', 'Taken as {0}; photos are waiting'],
  refused: ['没有收下', 'Not taken'],
  nextTry: ['{0}后再试', 'Next try in {0}'],
  discard: ['删除', 'Throw away'],
  discardSure: ['确定删除？还没有送达。', 'Sure? It has not been sent.'],
  sent: ['已送达', 'Sent'],
  none: ['还没有上报。', 'No reports yet.'],
  number: ['编号', 'Number'],
  link: ['查询链接', 'Link to this page'],
  linkHint: [
    '凭此链接可查询进度，不要发给不相干的人。',
    'Whoever has this link can see the progress.',
  ],
  copy: ['复制链接', 'Copy the link'],
  copied: ['已复制', 'Copied'],
  status: ['进度', 'Progress'],
  refresh: ['刷新', 'Refresh'],
  statusFailed: ['现在取不到进度：{0}', 'The progress cannot be fetched now: {0}'],
  statusGone: [
    '没有这个上报，或链接不完整。',
    'There is no such report, or the link is not whole.',
  ],
  open: ['办理中', 'Open'],
  closed: ['已办结', 'Closed'],
  unit: ['承办单位', 'Who has it'],
  due: ['下一时限', 'Next deadline'],
  answer: ['答复', 'Answer'],
  yourWords: ['上报内容', 'What you reported'],
  photosHere: ['照片已到 {0} 张，共 {1} 张', '{0} of {1} photos have arrived'],
  duplicate: [
    '与 {0} 是同一件事，已合并办理。',
    'This is the same as {0}; they are worked on together.',
  ],
  reopen: ['没有解决，要求重办', 'Not settled: open it again'],
  reason: ['哪里没有解决？', 'What is not settled?'],
  satisfied: ['已解决', 'It is settled'],
  confirm: ['提交', 'Send'],
  cancel: ['取消', 'Cancel'],
  seconds: ['{0} 秒', '{0} s'],
  minutes: ['{0} 分钟', '{0} min'],
  hours: ['{0} 小时', '{0} h'],
  days: ['{0} 天', '{0} days'],
} as const;

export type Word = keyof typeof words;
export type Lang = 'zh' | 'en';

const key = 'cairn.report.lang';
function remembered(): Lang {
  try {
    return localStorage.getItem(key) === 'en' ? 'en' : 'zh';
  } catch {
    return 'zh';
  }
}
export const lang = ref<Lang>(remembered());
watchEffect(() => {
  document.documentElement.lang = lang.value === 'zh' ? 'zh-CN' : 'en';
  try {
    localStorage.setItem(key, lang.value);
  } catch {
    // Not allowed: it is Chinese again next time.
  }
});

export function t(word: Word, ...values: (string | number)[]): string {
  const text: string = words[word][lang.value === 'zh' ? 0 : 1];
  return text.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)] ?? ''));
}
/** A label of the server; the other language where it has none. */
export function say(text: Text | null | undefined): string {
  if (text === null || text === undefined) return '';
  return (lang.value === 'zh' ? text.zh || text.en : text.en || text.zh) ?? '';
}
export function span(seconds: number): string {
  if (seconds < 90) return t('seconds', Math.max(1, Math.round(seconds)));
  if (seconds < 90 * 60) return t('minutes', Math.round(seconds / 60));
  if (seconds < 36 * 3600) return t('hours', Math.round(seconds / 3600));
  return t('days', Math.round(seconds / 86_400));
}
/** "11-21 20:04", in the phone's zone. */
export function clock(at: number | string): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
