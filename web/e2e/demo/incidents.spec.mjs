// SPDX-License-Identifier: Apache-2.0
// Incidents on the server in CAIRN_URL, a demonstration: one from its opening to a proven end, each
// step by whom it is for; what nobody sees without the right; accounts and channels.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { close, open, phone, server, until, visit } from '../browser.mjs';

before(open);
after(close);
const button = (page, name) => page.getByRole('button', { name, exact: true });
const picture = { name: '现场.png', mimeType: 'image/png' };

/** Signs in with one tap and goes on to `address`. */
const as = (who, address, job, rest = {}) =>
  visit(
    `/signin?to=${encodeURIComponent(address)}`,
    async (page) => {
      await page.locator('.demos button', { hasText: who }).click();
      await page.locator('.signinpage').waitFor({ state: 'detached' });
      await job(page);
    },
    rest,
  );
const step = async (page, name) => {
  await button(page, name).click();
  const confirm = page.getByRole('button', { name: `确认：${name}` });
  await page.locator('.actions .ok').or(confirm).first().waitFor();
  if (await confirm.isVisible()) await confirm.click();
  await page.locator('.actions .ok').waitFor();
};
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

test('from opening to a proven end, each by whom it is for', async () => {
  let id = '';
  await as('demo-duty', '/incidents/new', async (page) => {
    await page.locator('select').first().selectOption('slope_movement');
    await page.getByRole('searchbox').fill('普格县');
    await page.locator('.regionpicker .choice', { hasText: '513428' }).first().click();
    await page.getByText('按规则交给：普格县自然资源局').waitFor();
    await page.locator('.newgrid textarea').fill('K12 处路基外侧开裂，裂缝约两指宽');
    await button(page, '立案').click();
    await page.getByRole('heading', { name: '下一步' }).waitFor();
    id = /I-\d{8}-\d+/.exec(page.url())[0];
    await step(page, '立案');
    await button(page, '派遣').click();
    await page.locator('.unitpicker', { hasText: '普格县自然资源局' }).waitFor();
    await page.getByRole('button', { name: '确认：派遣' }).click();
    await page.locator('.stepline .is-now', { hasText: '任务派遣' }).waitFor();
  });
  await as(
    'demo-513428',
    '/incidents?mine=yes',
    async (page) => {
      await page.locator('.incidentrow', { hasText: id }).locator('a').click();
      await step(page, '接单');
      await page.getByText('现在不能').first().waitFor();
      await page.locator('.addfile').setInputFiles({ ...picture, buffer: dot });
      await page.locator('.thumb.large img').waitFor();
      await step(page, '处置完毕');
      assert.equal(await button(page, '核查通过').count(), 0);
    },
    { size: phone },
  );
  await as('demo-duty', `/incidents/${id}`, (page) => step(page, '提请核查'));
  await as('demo-checker', `/incidents/${id}`, async (page) => {
    await step(page, '核查通过');
    await page.locator('.duewords', { hasText: '结案' }).waitFor();
    const lines = (await page.locator('.entries .entryline').allInnerTexts()).join('\n');
    for (const word of ['接单', '现场.png', '处置完毕', '提请核查', '核查通过']) {
      assert.ok(lines.includes(word), `the record lacks ${word}`);
    }
    assert.equal(await page.getByRole('link', { name: '发布预警' }).count(), 0);
  });
});

test('without the right nobody sees a reporter, and each try is on record', async () => {
  const report = {
    ...{ kind: 'slope_movement', text: '坡上掉石头', photos: 0 },
    place: { lon: 102.541, lat: 27.377, accuracy_m: 20 },
    contact: { name: '李某', phone: '13800000000' },
  };
  const answer = await fetch(`${server}/v1/reports`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
    body: JSON.stringify(report),
  });
  assert.equal(answer.status, 201);
  const { incident } = await answer.json();
  const reads = (page) => page.getByText('13800000000').count();
  await as('demo-checker', `/incidents/${incident}`, async (page) => {
    await page.getByText('上报人信息需要权限').waitFor();
    assert.equal(await reads(page), 0);
    const warned = await page.request.post(`${server}/v1/warnings`, {
      data: { incident, digest: 'x' },
      headers: {
        'X-Cairn-CSRF': (await (await page.request.get(`${server}/v1/session`)).json()).csrf,
      },
    });
    assert.equal(warned.status(), 403);
  });
  await as('demo-duty', `/incidents/${incident}`, async (page) => {
    await page.getByText('13800000000').waitFor();
    await page.getByRole('link', { name: '发布预警' }).waitFor();
    // What the unit reads begins with what the reporter wrote.
    await button(page, '立案').click();
    const form = page.locator('.stepform');
    await form.getByText('上报人的原话').waitFor();
    const said = await form.locator('textarea').evaluateAll((all) => all.map((one) => one.value));
    assert.deepEqual(said, ['', '坡上掉石头']);
    assert.equal(await form.locator('input').count(), 1); // the place
    await button(page, '确认：立案').click();
    await until(async () => (await page.getByText('坡上掉石头').count()) >= 2, 'the text is there');
  });
  await as('demo-admin', '/admin/audit?outcome=refused', async (page) => {
    await page.locator('.auditrow.refused', { hasText: '发布预警' }).first().waitFor();
  });
});

test('accounts and channels are for administrators', async () => {
  await as('demo-513428', '/admin/accounts', async (page) => {
    await page.getByText('你的角色不能查看这里').waitFor();
  });
  await as('demo-admin', '/admin/accounts', async (page) => {
    await page.locator('.accountlist', { hasText: 'demo-checker' }).waitFor();
    await page.getByRole('button', { name: '新增账号' }).click();
    const name = `e2e-${Date.now()}`;
    await page.locator('.stepform input').first().fill(name);
    await button(page, '建立账号').click();
    await page.locator('.secretonce', { hasText: name }).waitFor();
    assert.ok((await page.locator('.secretonce output').innerText()).length >= 10);
    await page.locator('.accountlist .choice', { hasText: name }).click();
    page.on('dialog', (dialog) => void dialog.accept());
    await button(page, '停用').click();
    await page.locator('.accountlist', { hasText: '已停用' }).waitFor();
    await page.getByRole('link', { name: '发布渠道' }).click();
    await page.locator('.channelrow, .incidentlist .empty').first().waitFor();
  });
});
