// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { decode, encode, type Question } from './ask';

describe('a question in the address', () => {
  const questions: Question[] = [
    { kind: 'indicator', indicator: 'pue', region: 'panxi' },
    { kind: 'claim', plan: 'ganzi', claim: 'bs5g', part: 'gap' },
    { kind: 'formula', region: '5134', formula: "count(site where name_zh LIKE '~%')" },
  ];
  it.each(questions)('comes back whole: $kind', (question) => {
    expect(decode(encode(question))).toEqual(question);
  });
  it.each(['', 'x~y', 'i~', 'c~panxi~bs5g~everything', 'f~5134~'])('refuses %s', (text) => {
    expect(decode(text)).toBeNull();
  });
});
