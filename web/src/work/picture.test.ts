// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { fitted, lighter, nameOf, sizeText, tooLarge } from './picture';

const file = (size: number, type: string, name = 'a.png'): File =>
  new File([new Uint8Array(size)], name, { type });

describe('pictures', () => {
  it('keep their proportion, and are never made larger', () => {
    expect(fitted(4096, 3072)).toEqual([2048, 1536]);
    expect(fitted(800, 600)).toEqual([800, 600]);
    expect(fitted(10_000, 1)).toEqual([2048, 1]);
  });
  it('are sent as they are when small, no picture, or unreadable', async () => {
    const small = file(1000, 'image/png');
    const paper = file(3_000_000, 'application/pdf');
    const odd = file(3_000_000, 'image/jpeg');
    expect(await lighter(small)).toBe(small);
    expect(await lighter(paper)).toBe(paper);
    expect(await lighter(odd)).toBe(odd);
  });
  it('are refused beyond what the server takes', () => {
    expect(tooLarge(file(10 * 1024 * 1024, ''))).toBe(false);
    expect(tooLarge(file(10 * 1024 * 1024 + 1, ''))).toBe(true);
  });
  it('are named for what they are', () => {
    const one = file(10, 'image/png', '现场.png');
    expect(nameOf(one, one)).toBe('现场.png');
    expect(nameOf(one, new Blob())).toBe('现场.jpg');
    expect(nameOf(file(1, '', ''), new Blob())).toBe('picture.jpg');
    expect([sizeText(100), sizeText(2.5 * 1024 * 1024)]).toEqual(['1 KB', '2.5 MB']);
  });
});
