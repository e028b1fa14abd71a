// SPDX-License-Identifier: Apache-2.0
// Devices: a stranger is seen and approved, the list is filtered; services; what the plans ask for.
//
// Needs a demonstration (`cairn serve --demo`); signs in as its sample administrator.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { close, desk, open, query, server, until, visit } from '../browser.mjs';

const narrow = { width: 360, height: 740 };
const session = await (await fetch(`${server}/v1/session`)).json().catch(() => ({}));
const admin = (session.demo_accounts ?? []).find((each) => each.name === 'demo-admin');
assert.ok(admin, 'no sample administrator: start the server with --demo');
before(open);
after(close);

/** As the administrator; what the page asked for before that does not count. */
const see = (address, job, size = desk) =>
  visit(
    '/packs',
    async (page) => {
      const { name, password } = admin;
      const answer = await page.request.post(`${server}/v1/session`, { data: { name, password } });
      assert.equal(answer.status(), 200);
      const { csrf } = await (await page.request.get(`${server}/v1/session`)).json();
      await page.goto(`${server}/#${address}`);
      await page.reload();
      // Until the first page stands, the router does not hear of another address.
      await page.locator('.card:visible').first().waitFor();
      await job(page, (path, data) =>
        page.request.post(`${server}${path}`, { data, headers: { 'X-Cairn-CSRF': csrf } }),
      );
    },
    { size },
  );
const fresh = (name) => `${name}-${Date.now().toString(36)}`;
const rows = (page) => page.locator('.devicelist .devicerow');
/** One that is there: to make another the server builds its world anew, which takes its time. */
const home = 'slope:mvd';
const register = (identity, rest = {}) => ({
  protocol: 'mqtt',
  identity,
  thing: home,
  label: { zh: `雨量计 ${identity}`, en: `Rain gauge ${identity}` },
  ...rest,
});
async function fits(page, what) {
  const wide = await page.evaluate(
    () =>
      Math.max(document.documentElement.scrollWidth, document.querySelector('main').scrollWidth) -
      innerWidth,
  );
  assert.ok(wide <= 0, `${what}: ${wide} px too wide`);
}

test('who is not signed in is asked to, and sees no device', () =>
  visit('/devices', async (page) => {
    await page.locator('.signinnote').getByRole('button', { name: '登录' }).waitFor();
    assert.equal(await rows(page).count(), 0);
  }));

/** What was typed is in the address, and one row is left. */
const alone = (page, typed) =>
  until(
    async () => query(page).q === typed && (await rows(page).count()) === 1,
    `${typed} alone is listed`,
  );

test('a stranger waits, is approved into a thing that is there, with a history', () => {
  const stranger = fresh('stranger');
  return see('/devices', async (page, post) => {
    // Readings of a thing that nobody knows: refused, and its device waits.
    await post(`/v1/things/${stranger}/observations?property=rain`, 23.5);
    await page.getByRole('searchbox', { name: '编号、名称' }).fill(stranger);
    await alone(page, stranger);
    await rows(page).getByText('待批准').waitFor();
    await rows(page).click();
    await page.getByRole('button', { name: '批准', exact: true }).click();
    const form = page.locator('.approveform');
    await form.getByRole('searchbox', { name: '找对象' }).fill(home);
    await form.locator('.found .choice', { hasText: home }).click();
    await form.getByLabel('备注').fill('对照铭牌');
    await form.getByRole('button', { name: '批准', exact: true }).click();
    await page.locator('.devicetags').getByText('已批准').waitFor();
    const steps = page.locator('.steps li');
    await steps.filter({ hasText: '首次接入' }).first().waitFor();
    assert.match(await steps.filter({ hasText: '批准' }).first().innerText(), /demo-admin/);
    assert.match(await steps.filter({ hasText: '批准' }).first().innerText(), /对照铭牌/);
    await page.locator('.deviceparts').getByRole('link', { name: home }).waitFor();
  });
});

test('filters hold in the address; overdue calibration and simulation are said', () => {
  const late = fresh('late');
  return see('/devices', async (page, post) => {
    // A simulated device has a thing of its own.
    const own = { thing: late, type: 'slope_station', lon: 101.9, lat: 26.9 };
    const card = { ...own, calibration_due: '2020-01-01', simulated: true, vendor: late };
    assert.equal((await post('/v1/devices', register(late, card))).status(), 201);
    await page.getByRole('searchbox', { name: '编号、名称' }).fill(late);
    await alone(page, late);
    await rows(page).getByText('模拟', { exact: true }).waitFor();
    await page.getByLabel('协议').selectOption('coap');
    await page.getByText('没有符合的设备').waitFor();
    assert.equal(query(page).protocol, 'coap');
    await page.getByLabel('协议').selectOption('mqtt');
    await rows(page).first().click();
    await page.locator('.overdue', { hasText: '已过期' }).waitFor();
    page.on('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: '换新口令' }).click();
    assert.match(await page.locator('.secretonce output').innerText(), /^[0-9a-f]{64}$/);
    await page.getByRole('button', { name: '封锁', exact: true }).click();
    await page.getByLabel('原因').fill('口令外泄');
    await page.locator('.stepform').getByRole('button', { name: '封锁' }).click();
    await page.locator('.devicetags').getByText('已封锁').waitFor();
    await page.getByText('原因: 口令外泄').waitFor();
    await page.getByRole('button', { name: '解除封锁' }).click();
    await page.locator('.approveform').getByRole('button', { name: '批准', exact: true }).click();
    await page.locator('.devicetags').getByText('已批准').waitFor();
    await page.getByRole('button', { name: '退役', exact: true }).click();
    const retire = page.locator('.stepform').getByRole('button', { name: '退役' });
    assert.ok(await retire.isDisabled(), 'a reason is needed');
    await page.getByLabel('原因').fill('已拆除');
    await retire.click();
    await page.locator('.devicetags').getByText('已退役').waitFor();
  });
});

test('a spreadsheet is previewed with every wrong row, and writes nothing', () => {
  const id = fresh('csv');
  const text =
    'protocol,identity,type,lon,lat\n' +
    `mqtt,${id},slope_station,102.5,27.4\nlorawan,${id}-b,slope_station,102.5,27.4\n`;
  return see('/devices/import', async (page) => {
    const file = { name: 'devices.csv', mimeType: 'text/csv', buffer: Buffer.from(text) };
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByRole('button', { name: '预览' }).click();
    const wrong = page.locator('.deviceimport tbody tr');
    await wrong.first().waitFor();
    assert.match(await wrong.first().innerText(), /3\s+protocol/);
    const answer = await page.request.get(`${server}/v1/devices?q=${id}`);
    assert.equal((await answer.json()).total, 0);
  });
});

test('a service waits for its owner, and says what he must publish', () => {
  const id = fresh('portal');
  return see('/services', async (page, post) => {
    const body = {
      id,
      label: { zh: `门户 ${id}`, en: `Portal ${id}` },
      url: `https://${id}.example/`,
      owner: '县大数据中心',
      thing: 'svc:xichang',
    };
    assert.equal((await post('/v1/services', body)).status(), 201);
    await page.reload();
    const row = page.locator('.servicerow', { hasText: id }).first();
    await row.getByText('待所有者确认').waitFor();
    await row.getByText(`_cairn-probe.${id}.example`).first().waitFor();
    assert.match(await row.locator('code').innerText(), /^cairn-probe=\w+/);
    assert.equal(await row.getByRole('button', { name: '立即测量' }).count(), 0);
  });
});

test('chapters of the plans name the packs that answer them', () =>
  visit('/packs/coverage', async (page) => {
    const chapters = page.locator('.coverchapter');
    await chapters.first().waitFor();
    assert.ok((await chapters.locator('a.tag').count()) >= 5);
    // The table counts each passage once: all = answered + later + never + outside + open.
    const sums = page.locator('.coversums tbody tr');
    assert.equal(await sums.count(), 6);
    assert.ok((await page.locator('.coversums').boundingBox()).height > 150);
    const [all, answered, , ...rest] = (await sums.last().locator('th.r').allInnerTexts()).map(
      Number,
    );
    assert.ok(answered > 0 && rest.length === 4);
    assert.equal(
      rest.reduce((sum, each) => sum + each, answered),
      all,
    );
    // What no pack does is told by kind, with the words of the plan and the reason.
    const later = chapters.locator('details.left-later').first();
    await later.locator('summary').click();
    assert.match(await later.locator('summary').innerText(), /^尚未建设 \d+$/);
    assert.match(await later.locator('.origin').first().innerText(), /^“.+”[^]*尚/);
    assert.ok((await chapters.locator('details.left-outside').count()) > 0);
    await page.locator('.packlist .tag', { hasText: '含模拟数据' }).first().waitFor();
    await chapters.locator('a.tag').first().click();
    await page.locator('.pack h3').first().waitFor();
  }));

test('simulated series say so where the pack is told', () =>
  visit('/packs/street-lamp', async (page) => {
    await page.locator('.pack .origin', { hasText: '模拟' }).first().waitFor();
  }));

for (const address of ['/devices', '/devices/vendors', '/devices/import', '/services']) {
  test(`${address} in English fits 360 px`, () =>
    see(
      `${address}?lang=en`,
      async (page) => {
        const name = address === '/services' ? 'Services' : 'Devices';
        await page.locator('.devicespage .tabs').getByText(name, { exact: true }).waitFor();
        await page.waitForTimeout(600);
        await fits(page, address);
        assert.doesNotMatch(
          await page.locator('.devicespage .tabs').innerText(),
          /[\u4e00-\u9fff]/,
        );
      },
      narrow,
    ));
}

test('one device and the coverage of the plans fit 360 px', () => {
  const id = fresh('narrow');
  return see(
    '/devices',
    async (page, post) => {
      const answer = await post('/v1/devices', register(id));
      const { device } = await answer.json();
      for (const [address, part] of [
        [`/devices/${device.id}`, '.deviceparts'],
        ['/packs/coverage', '.coverchapter'],
      ]) {
        await page.goto(`${server}/#${address}`);
        await page.locator(part).first().waitFor();
        await fits(page, address);
      }
    },
    narrow,
  );
});
