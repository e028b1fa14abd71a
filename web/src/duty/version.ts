// SPDX-License-Identifier: Apache-2.0
// Which build of the console and of the server a page is of: a wall that hangs for months takes
// the new one by itself.

/** Names of the files that the page is made of, whatever stands between them. */
export function buildOf(html: string, version: string): string {
  const files = [...html.matchAll(/(?:src|href)="([^"]*assets\/[^"]+)"/g)].map((found) => found[1]);
  return [version, ...files.sort()].join(' ');
}

/** Remembers the first build that it is told, and says when another one comes. */
export class BuildWatch {
  private first: string | null = null;
  isNew(build: string): boolean {
    this.first ??= build;
    return build !== this.first;
  }
}
