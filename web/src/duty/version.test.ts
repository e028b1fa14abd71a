// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { BuildWatch, buildOf } from './version';

const page = (hash: string) =>
  `<script type="module" src="./assets/index-${hash}.js"></script>` +
  '<link rel="stylesheet" href="./assets/index-9.css"><link rel="icon" href="./icon.svg">';

describe('a build', () => {
  it('is the version and the files of the page', () => {
    expect(buildOf(page('a1'), '0.1.0')).toBe('0.1.0 ./assets/index-9.css ./assets/index-a1.js');
    expect(buildOf(page('a1'), '0.1.0')).not.toBe(buildOf(page('b2'), '0.1.0'));
    expect(buildOf(page('a1'), '0.1.0')).not.toBe(buildOf(page('a1'), '0.2.0'));
  });
  it('is new only when it differs from the first one', () => {
    const watch = new BuildWatch();
    expect([watch.isNew('a'), watch.isNew('a'), watch.isNew('b')]).toEqual([false, false, true]);
  });
});
