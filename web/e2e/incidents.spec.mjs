// SPDX-License-Identifier: Apache-2.0
// Working on incidents: signing in, the steps, a network that fails, others who were first. One from
// its opening to a proven end on a real server: demo/incidents.spec.mjs.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { close, open, phone, server, until, visit } from './browser.mjs';
import { Office, unit } from './office.mjs';

let office;
before(open);
after(close);
beforeEach(async () => {
  office = new Office(server);
  await office.start();
});
afterEach(() => office.stop().catch(() => {}));
const see = (address, job, rest = {}) =>
  visit(address, job, { at: office.url, expectErrors: true, ...rest });
const one = '/incidents/I-20261121-0001';
const button = (page, name) => page.getByRole('button', { name, exact: true });
const picture = {
  name: '现场.png',
  mimeType: 'image/png',
  buffer: Buffer.from('89504e470d0a', 'hex'),
};

test('nobody sees an incident before he has signed in; then he is where he was', () =>
  see(one, async (page) => {
    await page.getByText('请登录后查看').waitFor();
    assert.equal(await page.getByText('位移加速').count(), 0);
    await button(page, '登录').first().click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('input[name=username]').fill('puge');
    await dialog.locator('input[name=password]').fill('wrong');
    await dialog.locator('button.first').click();
    await dialog.getByText('账号或密码不对').waitFor();
    assert.equal(await dialog.locator('input[name=username]').inputValue(), 'puge');
    await dialog.locator('input[name=password]').fill('only for show');
    await dialog.locator('button.first').click();
    await page.getByRole('heading', { name: '普格示范站边坡位移加速' }).waitFor();
    assert.match(page.url(), /I-20261121-0001/);
  }));

test('a session that ends in the middle loses no word', () => {
  office.who = 'puge';
  office.state = 'handling';
  return see(one, async (page) => {
    await button(page, '挂起').click();
    await page.locator('.stepform textarea').fill('等待雨停后进场');
    office.who = '';
    await page.getByRole('button', { name: '确认：挂起' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('.demos button', { hasText: 'puge' }).click();
    await page.locator('.entryline', { hasText: '等待雨停后进场' }).waitFor();
    assert.equal(office.entries.filter((entry) => entry.kind === 'step').length, 1);
  });
});

test('without a network a step and a picture wait, outlive a reload, and are done once', () => {
  office.who = 'puge';
  return see(
    one,
    async (page) => {
      office.cut.before = 1000;
      await button(page, '接收').click();
      await page.locator('.pendingjob', { hasText: '待发送' }).waitFor();
      await page.locator('.addfile').setInputFiles(picture);
      await until(
        async () => (await page.locator('.pendingjob').count()) === 2,
        'the picture waits behind the step',
      );
      assert.equal(office.commands.length, 0);
      // The answer to the first attempt is lost, too: it was done, and must not be done again.
      await page.reload();
      await page.locator('.pendingjob').first().waitFor();
      office.cut = { before: 0, after: 1 };
      await page.locator('.pendingjob').first().getByRole('button', { name: '立即发送' }).click();
      await page.locator('.thumb.large').waitFor();
      await until(async () => (await page.locator('.pendingjob').count()) === 0, 'all is sent');
      const kinds = office.entries.map((entry) => entry.kind);
      assert.deepEqual(kinds, ['opened', 'step', 'evidence']);
      const keys = office.commands.filter(({ path }) => path.endsWith('/events'));
      assert.equal(keys.length, 2);
      assert.equal(new Set(keys.map(({ key }) => key)).size, 1);
    },
    { size: phone },
  );
});

test('what others did meanwhile is shown, and the typed words are kept', () => {
  office.who = 'puge';
  office.state = 'handling';
  return see(one, async (page) => {
    await button(page, '挂起').click();
    await page.locator('.stepform textarea').fill('路断，设备进不去');
    office.add('note', 'checker', { zh: '备注', en: 'Note' }, [], [], '便道今天修通');
    await page.getByRole('button', { name: '确认：挂起' }).click();
    const job = page.locator('.pendingjob.conflict');
    await job.getByText('便道今天修通').waitFor();
    await job.getByText('路断，设备进不去').waitFor();
    assert.equal(office.state, 'handling');
    await job.getByRole('button', { name: '仍然这样做' }).click();
    await page.locator('.stepline .is-now', { hasText: '挂起' }).waitFor();
    assert.equal(office.entries.at(-1).reason, '路断，设备进不去');
  });
});

test('a reminder of the program is no conflict', () => {
  office.who = 'puge';
  return see(one, async (page) => {
    await button(page, '接收').waitFor();
    office.add('escalation', 'system/deadlines', { zh: '督办', en: 'Reminder' }, [], [], '');
    await button(page, '接收').click();
    await page.locator('.stepline .is-now', { hasText: '任务处置' }).waitFor();
    assert.equal(await page.locator('.pendingjob').count(), 0);
  });
});

test('what others do is seen at once', () => {
  office.who = 'checker';
  return see(one, async (page) => {
    await page.getByText('等待：处置单位').waitFor();
    await page.locator('.livebar.live').waitFor();
    office.elsewhere('accept', 'puge');
    office.say('incident', office.incident());
    await page.locator('.stepline .is-now', { hasText: '任务处置' }).waitFor({ timeout: 3000 });
    await page.getByText('刚有变化').waitFor();
  });
});

test('the list and the board lead to what is urgent', () => {
  office.who = 'puge';
  return see('/incidents/board', async (page) => {
    await page.locator('.boardtable .count').first().click();
    await page.locator('.incidentrow', { hasText: '普格示范站' }).waitFor();
    assert.match(page.url(), new RegExp(`unit=${unit.id}`));
    assert.match(await page.locator('.incidentrow .due').innerText(), /还剩 1 小时 (19|20) 分/);
  });
});

for (const place of ['/signin', '/incidents', '/incidents/board', one, '/incidents/new']) {
  test(`${place} fits a narrow phone, and what is touched is large enough`, () => {
    office.who = place === '/signin' ? '' : 'puge';
    return see(
      place,
      async (page) => {
        await page.locator('.card').first().waitFor();
        await page.waitForTimeout(700);
        const wide = await page.evaluate(
          () => document.querySelector('main').scrollWidth - innerWidth,
        );
        assert.ok(wide <= 0, `${wide} px too wide`);
        const small = await page.evaluate(() =>
          [...document.querySelectorAll('main button, main select, main a.button, summary')]
            .filter((node) => node.checkVisibility() && !node.closest('.maplibregl-map'))
            .map((node) => [node.innerText.slice(0, 20), node.getBoundingClientRect().height])
            .filter(([, height]) => height > 0 && height < 43),
        );
        assert.deepEqual(small, []);
      },
      { size: { width: 360, height: 780 } },
    );
  });
}
