// SPDX-License-Identifier: Apache-2.0
// The console while things happen: values, alerts, silence, and a line that is cut.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { close, open, server, until, visit } from './browser.mjs';
import { slopeAlert, StandIn } from './engine.mjs';

let engine;
before(open);
after(close);
beforeEach(async () => {
  engine = new StandIn(server);
  await engine.start();
});
afterEach(() => engine.stop().catch(() => {}));
const see = (address, job, rest = {}) => visit(address, job, { at: engine.url, ...rest });
const live = (page) => page.locator('.livebar.live').waitFor();

test('a value moves in its place within two seconds, and stands still in the past', () =>
  see('/watch', async (page) => {
    await live(page);
    const row = page.locator('.indicator.on');
    await row.locator('button.number').first().waitFor();
    const { indicators } = await (await fetch(`${server}/v1/regions/panxi/indicators`)).json();
    const name = await row.locator('.name').innerText();
    const { id, unit } = indicators.find((each) => each.label.zh === name);
    const said = (value) => ({
      ...{ value, unit, reported: 3, expected: 4, estimated: false },
      ...{ data_date: new Date().toISOString(), reason: null, indicator: id, region: 'panxi' },
      as_of: new Date().toISOString(),
    });
    engine.say('indicator', said(4321));
    await row.getByText('4321').waitFor({ timeout: 2000 });
    await row.getByText('3/4').waitFor({ timeout: 2000 });
    await page.locator('input[type=date]').fill('2019-12-31');
    await page.locator('input[type=date]').dispatchEvent('change');
    await page.locator('.livebar', { hasText: '不随动' }).waitFor();
    engine.say('indicator', said(5432));
    await page.waitForTimeout(1500);
    assert.equal(await page.getByText('5432').count(), 0);
  }));

test('an alert appears with severity, place and reason, and clears', () =>
  see('/alerts/open', async (page) => {
    await live(page);
    await page.getByText('没有未解除的告警').waitFor();
    engine.alert(slopeAlert());
    const row = page.locator('.alertrows .alertrow');
    await row.waitFor({ timeout: 2000 });
    for (const word of ['橙', '普格', '告警中', '前期—近期雨量超阈值']) {
      await row.getByText(word).first().waitFor();
    }
    await page.locator('.tabs .button', { hasText: '逐条告警' }).getByText('1').waitFor();
    engine.alert(
      slopeAlert({ state: 'resolved', ended: new Date().toISOString(), log_position: 101 }),
    );
    await until(async () => (await row.count()) === 0, 'the alert is no longer open');
    await page.locator('.endedrows', { hasText: '已解除' }).waitFor();
  }));

test('a cut line is said and dated; afterwards nothing is missed', () =>
  see(
    '/alerts/open',
    async (page) => {
      await live(page);
      engine.alert(slopeAlert());
      await page.locator('.alertrow').first().waitFor();
      await engine.stop();
      await page.locator('.livebar.lost', { hasText: /停在 \d\d:\d\d:\d\d/ }).waitFor();
      engine.alerts.set('alert-2', slopeAlert({ id: 'alert-2', severity: 'Extreme' }));
      await engine.start();
      await live(page);
      assert.equal(engine.lastIds.at(-1), 'one-1');
      await page.locator('.alertrow.extreme').waitFor();
    },
    { expectErrors: true },
  ));

test('a reset asks for everything anew', () =>
  see('/alerts/open', async (page) => {
    await live(page);
    engine.alert(slopeAlert());
    await page.locator('.alertrows .alertrow').waitFor();
    engine.alerts.clear();
    engine.say('reset', { reason: 'restarted' });
    await page.getByText('没有未解除的告警').waitFor();
  }));

test('a silent feed is counted and listed, and a fast clock is labelled', async () => {
  engine.speed = 600;
  await see('/alerts/silent', async (page) => {
    await page.locator('.replay', { hasText: '演示回放 ×600' }).waitFor();
    const label = { zh: '雨量', en: 'Rain' };
    const { thing, thing_label, region } = slopeAlert();
    const last = new Date(Date.now() - 3600e3).toISOString();
    const feed = { thing, thing_label, property: 'rain', property_label: label, region };
    engine.say('feed', { ...feed, last, every_s: 900, silent: true });
    await page.locator('.feedtables tr', { hasText: '应每 15 分钟 一次' }).waitFor();
    await page.locator('.silentcount', { hasText: '1' }).waitFor();
    engine.say('feed', { ...feed, last, every_s: 900, silent: false });
    await page.getByText('所有设备都按时上报').waitFor();
  });
});
