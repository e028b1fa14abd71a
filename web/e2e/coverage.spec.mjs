// SPDX-License-Identifier: Apache-2.0
// Coverage on the map: the layer, who serves a place, a link from the side, and an imagined site.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { close, open, phone, query, server, until, visit } from './browser.mjs';

before(open);
after(close);

const drawn = (page) => page.locator('.map [data-idle]').waitFor();

/** The server computes layers aside; a slow machine needs a while for the first. */
async function computed(operator, band) {
  await fetch(`${server}/v1/coverage/tiles/${operator}/${band}/7/100/54.png`);
  const end = Date.now() + 120_000;
  while (Date.now() < end) {
    const { layers } = await (await fetch(`${server}/v1/coverage/layers`)).json();
    const layer = layers.find((each) => each.operator === operator && each.band === band);
    if (layer.state === 'ready') return layer;
    assert.notEqual(layer.state, 'failed', layer.error);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  assert.fail(`${operator}/${band} was not computed in time`);
}

test('the layer is turned on, computed, and says what it rests on', async () => {
  await visit('/watch', async (page) => {
    await drawn(page);
    await page.locator('.menu.cover summary').click();
    await page.locator('.menu.cover').getByLabel(/^5G\b/).first().check();
    await until(() => query(page).cover === 'any/5g', 'the layer is in the address');
    const legend = page.locator('.coverlegend');
    await legend.getByText('地形粗略 / 站址估计').waitFor();
    assert.match(await legend.innerText(), /−95 … −110 dBm/);
    await computed('any', '5g');
    await legend.locator('progress').waitFor({ state: 'detached' });
    await page.locator('.coverpanel').getByText('覆盖面积').waitFor();
    await drawn(page);
    // Off again: the choropleth and its legend are back.
    await page.locator('.coverpanel').getByRole('button', { name: '关闭' }).click();
    await legend.waitFor({ state: 'detached' });
    await page.locator('.legend strong').waitFor();
  });
});

test('villages without a signal say why, and show it on the map', () =>
  visit('/watch?cover=any/5g', async (page) => {
    const panel = page.locator('.coverpanel');
    await panel.locator('.villagelist tbody tr').first().waitFor();
    assert.match(
      await panel.locator('.villagelist tbody').innerText(),
      /附近没有站|被山脊遮挡|距离太远/,
    );
    await panel.locator('.villagelist button.link').first().click();
    await page.getByRole('heading', { name: '这里的信号' }).waitFor();
    await until(() => (query(page).spot ?? '') !== '', 'the place is in the address');
    await page.goBack();
    await panel.locator('.villagelist').waitFor();
  }));

test('a click on the map tells who serves the place', () =>
  visit('/watch?cover=any/5g', async (page) => {
    await drawn(page);
    const box = await page.locator('.map canvas').boundingBox();
    await page.mouse.click(box.x + box.width * 0.62, box.y + box.height * 0.62);
    await page.getByRole('heading', { name: '这里的信号' }).waitFor();
    await page.getByText(/地面高程/).waitFor();
  }));

test('a profile is drawn between two points, with every quantity', () =>
  visit('/watch', async (page) => {
    await drawn(page);
    await page.getByRole('button', { name: '链路剖面' }).click();
    const box = await page.locator('.map canvas').boundingBox();
    await page.mouse.click(box.x + box.width * 0.55, box.y + box.height * 0.5);
    await page.getByText('再点终点').waitFor();
    await page.mouse.click(box.x + box.width * 0.62, box.y + box.height * 0.58);
    await until(() => (query(page).link ?? '').includes('~'), 'the link is in the address');
    await page.locator('.profile canvas').waitFor();
    assert.match(await page.locator('.headline').innerText(), /dBm[\s\S]*dB/);
    await page.getByText('全部中间量').click();
    await page
      .getByText(/Eq\. \(\d+\)/)
      .first()
      .waitFor();
    // A higher mast loses no more; the address holds it.
    await page.getByLabel('起点天线高 (m)').fill('80');
    await page.getByLabel('起点天线高 (m)').press('Enter');
    await until(() => (query(page).link ?? '').includes('~80~'), 'the height is in the address');
    await page.getByRole('button', { name: '关闭' }).click();
    await until(() => query(page).link === undefined, 'the link is gone');
  }));

test('an imagined site lists the villages that it newly covers, and is undone', () =>
  visit('/watch?site=102.5,27.5~40~n28~mobile', async (page) => {
    const panel = page.locator('.sitepanel');
    await panel.locator('.gainedlist tbody tr').first().waitFor();
    assert.match(await panel.innerText(), /新增覆盖的村[\s\S]*个村[\s\S]*村级人口合计/);
    assert.match(await panel.locator('.gainedlist tbody tr').first().innerText(), /513\d{9}/);
    await page.locator('.coverlegend').getByText('新增覆盖').waitFor();
    await drawn(page);
    // By keyboard: a kilometre to the east, and back.
    await page.locator('.radiomark.site').focus();
    await page.keyboard.press('Shift+ArrowRight');
    await until(() => !query(page).site.startsWith('102.5,'), 'the site has moved');
    await panel.getByRole('button', { name: '撤销' }).click();
    await until(() => query(page).site.startsWith('102.5,27.5~'), 'the site is back');
    await panel.getByRole('button', { name: '关闭' }).click();
    await until(() => query(page).site === undefined, 'the site is gone');
  }));

test('a site is placed by keyboard alone, in the middle of the map', () =>
  visit('/watch', async (page) => {
    await drawn(page);
    await page.getByRole('button', { name: '试放站址' }).press('Enter');
    await page.getByRole('button', { name: '取地图中心' }).press('Enter');
    await until(() => (query(page).site ?? '').includes('~'), 'the site is in the address');
    await page.locator('.sitepanel .facts').waitFor();
  }));

test('a site is placed by a button and a click, also on a phone', () =>
  visit(
    '/watch',
    async (page) => {
      await drawn(page);
      await page.getByRole('button', { name: '试放站址' }).click();
      const box = await page.locator('.map canvas').boundingBox();
      await page.touchscreen.tap(box.x + box.width * 0.62, box.y + box.height * 0.5);
      await until(() => (query(page).site ?? '').includes('~'), 'the site is in the address');
      await page.locator('.sitepanel .facts').waitFor();
      // Nothing is wider than the screen.
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= phone.width, `${wide} pixels wide`);
    },
    { size: phone },
  ));
