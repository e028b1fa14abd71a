// SPDX-License-Identifier: Apache-2.0
// 一张网: map, region, date, thing, and the question where a number comes from.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { close, open, query, until, visit } from './browser.mjs';

before(open);
after(close);

const drawn = (page) => page.locator('.map [data-idle]').waitFor();

test('the overview draws the counties and lists them by value', () =>
  visit('/watch', async (page) => {
    await drawn(page);
    await page.locator('.at-detail tbody tr').nth(21).waitFor();
    assert.equal(await page.locator('.at-detail tbody tr').count(), 22);
    assert.ok((await page.locator('.indicator').count()) >= 5);
    const steps = await page.locator('.legend li').count();
    assert.ok(steps >= 2 && steps <= 9, `${steps} steps in the legend`);
    // The map is not one colour: areas, lines and letters are there.
    const picture = await page.locator('.map canvas').screenshot();
    assert.ok(picture.length > 20_000, `the map's picture has only ${picture.length} bytes`);
  }));

test('a county is found by name, held by the address, and left by going back', () => {
  return visit('/watch', async (page) => {
    await page.getByRole('button', { name: '区域树' }).click();
    await page.getByRole('searchbox', { name: '找区域' }).fill('雷波');
    await page.getByRole('treeitem', { name: '雷波县' }).first().click();
    await page.locator('.tree h1', { hasText: '雷波县' }).waitFor();
    assert.equal(query(page).region, '513437');
    await page.reload();
    await page.locator('.tree h1', { hasText: '雷波县' }).waitFor();
    await page.goBack();
    await until(() => query(page).region === undefined, 'the address has no region');
    await page.locator('.tree h1', { hasText: '攀西' }).waitFor();
  });
});

test('a click on the map picks the county under it', () =>
  visit('/watch', async (page) => {
    await drawn(page);
    const box = await page.locator('.map canvas').boundingBox();
    await page.mouse.click(box.x + box.width * 0.55, box.y + box.height * 0.5);
    await until(() => /^(5104|5134)\d\d$/.test(query(page).region ?? ''), 'a county is picked');
  }));

test('a date re-evaluates everything as of that date', () =>
  visit('/watch', async (page) => {
    await drawn(page);
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url())));
    await page.locator('input[type=date]').fill('2019-12-31');
    await page.locator('input[type=date]').dispatchEvent('change');
    await page.locator('.past').waitFor();
    assert.equal(query(page).at, '2019-12-31');
    const dated = (part) =>
      asked.some((url) => {
        return url.pathname.includes(part) && url.searchParams.get('at') === '2019-12-31';
      });
    await until(() => dated('/values') && dated('/indicators'), 'map and list are asked for again');
    await page.locator('.past').click();
    await until(() => query(page).at === undefined, 'the date is gone from the address');
  }));

test('a number tells where it comes from, by keyboard alone', () =>
  visit('/watch', async (page) => {
    const number = page.locator('.indicator button.number').first();
    await number.focus();
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog');
    await drawer.locator('.node').first().waitFor();
    assert.ok(query(page).ask?.startsWith('i~'));
    assert.match(await drawer.locator('.node').first().innerText(), /截至/);
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    assert.equal(query(page).ask, undefined);
    await until(
      () => number.evaluate((node) => node === document.activeElement),
      'the focus is back on the number',
    );
  }));

test('things are a layer, and a thing shows its properties', async () => {
  await visit('/watch', async (page) => {
    await page.locator('.menu:not(.cover) summary').click();
    const box = page.locator('.menu:not(.cover) label', { hasText: '村' }).first().locator('input');
    await box.check();
    await until(() => (query(page).layers ?? '') !== '', 'the layer is in the address');
    await drawn(page);
    await page.locator('.legend', { hasText: '估计' }).waitFor();
  });
});

test('English is one switch away and stays', () =>
  visit('/watch', async (page) => {
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('link', { name: 'Watch' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    assert.equal(query(page).lang, 'en');
    await page.getByRole('link', { name: 'Packs' }).click();
    await page.locator('.card h2', { hasText: 'Packs' }).waitFor();
  }));

test('the dark theme changes the page', () =>
  visit('/watch', async (page) => {
    const paper = () =>
      page.evaluate(() => getComputedStyle(document.body.parentElement).backgroundColor);
    const before = await paper();
    const toggle = page.locator('button[title="深浅色"]');
    await toggle.click();
    await toggle.click();
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    assert.notEqual(await paper(), before);
  }));

test('a panel that fails says why and can be tried again', () =>
  visit(
    '/watch',
    async (page) => {
      let broken = true;
      await page.route('**/v1/plans*', (route) =>
        broken
          ? route.fulfill({
              status: 503,
              contentType: 'application/problem+json',
              body: JSON.stringify({
                type: 'about:blank',
                title: 'Busy',
                status: 503,
                detail: '正在重启',
                errors: [],
              }),
            })
          : route.continue(),
      );
      await page.getByRole('link', { name: '一盘棋' }).click();
      await page.getByText('正在重启').waitFor();
      broken = false;
      await page.getByRole('button', { name: '重试' }).click();
      await page.locator('.planlist li').first().waitFor();
    },
    { expectErrors: true },
  ));

test('the first page is small', () =>
  visit('/watch', async (page) => {
    const bytes = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter((entry) =>
          /assets\/(index|WatchPage|CardPanel|AskNumber)[^/]*\.(js|css)$/.test(entry.name),
        )
        .reduce((sum, entry) => sum + entry.decodedBodySize, 0),
    );
    assert.ok(bytes > 50_000 && bytes < 300_000, `${bytes} bytes before the map is asked for`);
  }));
