// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { EventParser, longestEvent } from './stream';

describe('EventParser', () => {
  const script =
    ': hello\nretry: 2500\n\nid: 7\nevent: alerts\ndata: {"a":\ndata: 1}\n\n' +
    'data:plain\r\n\r\nevent: lost\n\nid: 9\rdata: last\r\r\n';
  const expected = [
    { id: '7', name: 'alerts', data: '{"a":\n1}' },
    { id: '', name: 'message', data: 'plain' },
    { id: '9', name: 'message', data: 'last' },
  ];
  it('reads events, comments, own ids, and every end of a line', () => {
    const parser = new EventParser();
    expect(parser.push(script)).toEqual(expected);
    expect([parser.retry, parser.lastId]).toEqual([2500, '9']);
  });
  it('gives the same however the text is cut', () => {
    for (let size = 1; size < script.length; size++) {
      const parser = new EventParser();
      const found = [];
      for (let i = 0; i < script.length; i += size) {
        found.push(...parser.push(script.slice(i, i + size)));
      }
      expect(found, `pieces of ${size}`).toEqual(expected);
    }
  });
  it('does not fill the memory with an event that never ends', () => {
    const parser = new EventParser();
    const piece = `data: ${'x'.repeat(1 << 16)}\n`;
    expect(() => {
      for (let sent = 0; sent <= longestEvent + piece.length; sent += piece.length) {
        parser.push(piece);
      }
    }).toThrow(RangeError);
  });
});
