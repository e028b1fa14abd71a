// SPDX-License-Identifier: Apache-2.0
import type { ValueRow } from './api/types';

function cell(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value);
  // A leading = + - @ would be run as a formula by spreadsheets; numbers may keep their sign.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A table of values as RFC 4180 with a byte order mark, which spreadsheets need for Chinese. */
export function toCsv(rows: ValueRow[]): string {
  const head = [
    'region',
    'name_zh',
    'name_en',
    'level',
    'value',
    'unit',
    'reported',
    'expected',
    'estimated',
    'data_date',
    'reason',
  ];
  const lines = rows.map((row) =>
    [
      row.region,
      row.label.zh,
      row.label.en,
      row.level,
      row.value,
      row.unit,
      row.reported,
      row.expected,
      row.estimated,
      row.data_date,
      row.reason,
    ]
      .map(cell)
      .join(','),
  );
  return `\uFEFF${[head.join(','), ...lines].join('\r\n')}\r\n`;
}

/** Hands a text to the browser as a file. */
export function download(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
