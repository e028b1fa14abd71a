// SPDX-License-Identifier: Apache-2.0
// "Ask a number": a question is one word in the address, so that an explanation can be shared.

export type ClaimPart = 'baseline' | 'target' | 'change' | 'required' | 'actual' | 'gap';

export type Question =
  | { kind: 'indicator'; indicator: string; region: string }
  | { kind: 'formula'; formula: string; region: string }
  | { kind: 'claim'; plan: string; claim: string; part: ClaimPart };

const parts: readonly string[] = ['baseline', 'target', 'change', 'required', 'actual', 'gap'];

/** `i~id~region`, `f~region~formula` or `c~plan~claim~part`. */
export function encode(question: Question): string {
  switch (question.kind) {
    case 'indicator':
      return `i~${question.indicator}~${question.region}`;
    case 'formula':
      return `f~${question.region}~${question.formula}`;
    case 'claim':
      return `c~${question.plan}~${question.claim}~${question.part}`;
  }
}

/** Null when the text is no question. A formula may itself contain `~`. */
export function decode(text: string): Question | null {
  const [kind, first = '', second = '', third = ''] = text.split('~');
  if (kind === 'i' && first !== '') {
    return { kind: 'indicator', indicator: first, region: second };
  }
  if (kind === 'f') {
    const formula = text.slice(3 + first.length);
    return formula === '' ? null : { kind: 'formula', formula, region: first };
  }
  if (kind === 'c' && first !== '' && second !== '' && parts.includes(third)) {
    return { kind: 'claim', plan: first, claim: second, part: third as ClaimPart };
  }
  return null;
}
