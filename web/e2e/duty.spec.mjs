// SPDX-License-Identifier: Apache-2.0
// On duty at three in the morning: a group appears, is acknowledged, warned of and called off;
// maintenance; the wall; and all of it on the narrowest phone.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { close, desk, open, query, server, until, visit } from './browser.mjs';
import { DeskStandIn, mailChannel, slopeGroup } from './desk.mjs';

const narrow = { width: 360, height: 740 };
let house;
before(open);
after(close);
beforeEach(async () => {
  house = new DeskStandIn(server);
  await house.start();
});
afterEach(() => house.stop().catch(() => {}));
const see = (address, job, rest = {}) => visit(address, job, { at: house.url, ...rest });
const live = (page) => page.locator('.livebar.live').waitFor();

/** Held with the mouse for a little longer than a slip. */
async function hold(page, button) {
  await button.scrollIntoViewIfNeeded();
  const box = await button.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.waitForTimeout(1800);
  await page.mouse.up();
}

test('a group appears live with reason and place, worsens, is acknowledged, and clears', () =>
  see('/alerts', async (page) => {
    await live(page);
    await page.getByText('没有需要处理的告警').waitFor();
    house.group(slopeGroup());
    const row = page.locator('.grouprows .grouprow');
    await row.waitFor({ timeout: 3000 });
    for (const word of ['橙', '普格县', '8.2 mm/h', '未签收', '无人承办', '5 / 6 条仍在告警']) {
      await row.getByText(word).first().waitFor();
    }
    await page.locator('.livebar .sev.severe', { hasText: '1' }).waitFor();
    house.group(slopeGroup({ level: 'red', revision: 2 }));
    await page.locator('.grouprows .grouprow.extreme').waitFor({ timeout: 3000 });
    // An older word that comes late changes nothing.
    house.say('alert_group', slopeGroup({ level: 'blue', revision: 1 }));
    await row.locator('.whole').click();
    assert.equal(query(page).group, 'g-1');
    await page.locator('.groupdetail').getByRole('button', { name: '签收', exact: true }).click();
    await row.getByText('duty 已签收').waitFor();
    assert.equal(await page.locator('.grouprows .grouprow.extreme').count(), 1);
    const cleared = { state: 'cleared', cleared: new Date().toISOString(), revision: 9 };
    house.group(slopeGroup(cleared));
    await page.locator('.clearedrows .grouprow').waitFor();
    await until(async () => (await row.count()) === 0, 'nothing calls any more');
  }));

test('a storm is one list, quiet ones and consequences stand apart', () =>
  see('/alerts', async (page) => {
    await live(page);
    house.group(slopeGroup({ id: 'cause', level: 'red' }));
    for (let i = 0; i < 100; i++) {
      house.group(slopeGroup({ id: `g-${i}`, level: 'yellow', ...(i < 5 && { cause: 'cause' }) }));
    }
    house.group(slopeGroup({ id: 'quiet', state: 'quiet', maintenance: 'm', level: 'red' }));
    await page.locator('.dutysum', { hasText: '96 组未签收' }).waitFor();
    const rows = page.locator('.grouprows > .grouprow');
    assert.ok(await rows.first().evaluate((node) => node.classList.contains('extreme')));
    await rows.first().getByText('由此引起 · 5 组').waitFor();
    assert.equal(await rows.count(), 60);
    await page.getByRole('button', { name: /再读一页/ }).click();
    await until(async () => (await rows.count()) === 96, 'all of them are listed');
    await page.getByText('检修与静默 · 1 组').click();
    await page.locator('.quietrows .grouprow').waitFor();
  }));

test('one key warns: seen whole, changed, held, delivered; then called off with a reason', () => {
  house.groups.set('g-1', slopeGroup());
  return see('/alerts?group=g-1', async (page) => {
    await live(page);
    await page.getByRole('button', { name: '发布预警' }).click();
    const dialog = page.locator('.modal');
    for (const word of [
      '演练：',
      '12 个村',
      '2.35',
      '估计',
      '2020',
      '值班邮件',
      '模拟',
      '没有英文应对',
    ]) {
      await dialog.getByText(word).first().waitFor();
    }
    const send = dialog.locator('.hold');
    // A slip does nothing.
    await until(() => send.isEnabled(), 'it can be sent');
    await send.click({ delay: 200 });
    assert.equal(house.sent.length, 0);
    // What is changed is checked again before it can go.
    const headline = dialog.locator('textarea[lang=zh]').first();
    await headline.fill('普格县 3 号边坡橙色预警');
    await until(() => send.isDisabled(), 'a changed message waits for the check');
    await until(() => send.isEnabled(), 'the check is done');
    assert.equal(house.prepared.at(-1).headline.zh, '普格县 3 号边坡橙色预警');
    house.arrived = false;
    await hold(page, send);
    await dialog.getByText('已发布').waitFor();
    await dialog.getByText('connection refused').first().waitFor();
    const [sent] = house.sent;
    assert.deepEqual(
      [sent.group, sent.headline.zh, sent.digest, sent.csrf],
      ['g-1', '普格县 3 号边坡橙色预警', `d${house.prepared.length - 1}`, 'word'],
    );
    assert.ok(sent.key.length > 10);
    for (const each of house.warnings.get('w-1').deliveries) each.delivered = house.clock().now;
    await dialog.getByText('2/2 已送达').waitFor();
    await dialog.getByRole('button', { name: '关闭' }).click();
    // From its own page: called off, by keyboard, and never without a reason.
    await page.getByRole('link', { name: '预警', exact: true }).click();
    await page.locator('.warningrow .whole').click();
    await page.getByRole('button', { name: '撤销（误发）' }).click();
    assert.equal(await page.locator('.modal .hold').count(), 0);
    await page.locator('.modal input[type=text]').fill('误报，现场核实无位移');
    const end = page.locator('.modal .hold');
    await until(async () => (await end.count()) === 1 && (await end.isEnabled()), 'it can go');
    await end.focus();
    await page.keyboard.press('Enter');
    await end.getByText('再按一次').waitFor();
    assert.equal(house.sent.length, 1);
    await page.keyboard.press('Enter');
    await until(() => house.sent.length === 2, 'it was called off');
    assert.deepEqual(
      [house.sent[1].act, house.sent[1].warning, house.sent[1].reason],
      ['cancel', 'w-1', '误报，现场核实无位移'],
    );
    await page.locator('.warningrow.over').waitFor();
  });
});

test('a release that waits for a second person is seen by him and confirmed', () => {
  house.awaiting = [
    {
      id: 'aw-1',
      headline: { zh: '普格县边坡红色预警', en: 'Red warning: slope in Puge' },
      level: 'red',
      by: 'colleague',
      at: new Date().toISOString(),
      until: new Date(Date.now() + 600e3).toISOString(),
      digest: 'shown',
      wish: { group: 'g-1' },
    },
  ];
  return see('/alerts', async (page) => {
    await page.getByText('1 条预警待第二人确认').click();
    await page.locator('.awaiting', { hasText: '普格县边坡红色预警' }).waitFor();
    await hold(page, page.locator('.awaiting .hold'));
    await until(() => house.sent.length === 1, 'it is released');
    assert.equal(house.sent[0].digest, 'shown');
    await page.locator('.warningrow').waitFor();
    await page.locator('.awaiting').waitFor({ state: 'detached' });
  });
});

test('maintenance is declared from a group and ended with a reason', () => {
  house.groups.set('g-1', slopeGroup());
  return see('/alerts?group=g-1', async (page) => {
    await live(page);
    await page.getByRole('button', { name: '列入检修' }).click();
    const dialog = page.locator('.modal');
    const declare = dialog.getByRole('button', { name: '申报检修' });
    assert.ok(await declare.isDisabled(), 'without a reason it cannot be declared');
    await dialog.getByLabel('事由（必填）').fill('更换传感器');
    await declare.click();
    await dialog.waitFor({ state: 'detached' });
    assert.deepEqual(
      house.windows.map((each) => [each.region.code, each.rule, each.reason]),
      [['513428', 'slope_rain_threshold', '更换传感器']],
    );
    await page.getByRole('link', { name: '检修', exact: true }).click();
    await page.locator('.maintenancelist', { hasText: '更换传感器' }).waitFor();
    await page.getByRole('button', { name: '提前结束' }).click();
    await page.locator('.modal').getByLabel('结束原因').fill('提前完工');
    await page.locator('.modal').getByRole('button', { name: '提前结束' }).click();
    await page.locator('.maintenancelist li.over', { hasText: '提前完工' }).waitFor();
  });
});

test('without the right nothing is offered, and who is not signed in is asked to', () => {
  house.groups.set('g-1', slopeGroup());
  house.account = null;
  return see('/alerts?group=g-1', async (page) => {
    await page.locator('.groupdetail .reason').waitFor();
    assert.equal(await page.getByRole('button', { name: '发布预警' }).count(), 0);
    assert.equal(await page.getByRole('button', { name: '签收', exact: true }).count(), 0);
    await page.locator('.groupactions').getByText('请登录').first().waitFor();
  });
});

test('sound is off until switched on, is remembered, and says what it is', () =>
  see('/alerts', async (page) => {
    await live(page);
    const button = page.locator('.soundswitch .button').first();
    await button.getByText('声音 关').waitFor();
    await button.click();
    await button.getByText('声音 开').waitFor();
    assert.equal(await page.evaluate(() => localStorage.getItem('cairn.sound')), 'on');
    await page.getByRole('button', { name: '试音' }).waitFor();
    await button.click();
    assert.equal(await page.evaluate(() => localStorage.getItem('cairn.sound')), '');
  }));

test('the wall shows counts, groups and troubles, and looks stopped when it has stopped', () => {
  house.groups.set('g-1', slopeGroup({ level: 'red' }));
  house.channels.push(
    mailChannel({ id: 'hook', label: { zh: '省平台', en: 'Province' }, broken: 'no host' }),
  );
  return see(
    '/alerts',
    async (page) => {
      await live(page);
      await page.getByRole('link', { name: '大屏' }).click();
      const wall = page.locator('.wall');
      await wall.locator('.walllevels .extreme b', { hasText: '1' }).waitFor();
      await wall.locator('.wallrow', { hasText: '普格县' }).getByText('8.2 mm/h').waitFor();
      await wall.locator('.wallboxes', { hasText: '省平台' }).waitFor();
      assert.equal(await page.locator('.bar, .livebar').count(), 0);
      const clock = () => wall.locator('.wallclock time').innerText();
      const first = await clock();
      await until(async () => (await clock()) !== first, 'the clock goes');
      house.group(slopeGroup({ id: 'g-2', level: 'blue' }));
      await wall.locator('.walllevels .minor b', { hasText: '1' }).waitFor();
      await house.stop();
      await wall.locator('.wallstopped', { hasText: /画面已停在 \d\d:\d\d:\d\d/ }).waitFor();
      await house.start();
      await wall.locator('.walllive').waitFor();
      assert.equal(await wall.locator('.wallstopped').count(), 0);
    },
    { size: desk, expectErrors: true },
  );
});

test('the narrowest phone shows the first group at once; nothing is cut or too small', () => {
  house.groups.set('g-1', slopeGroup());
  return see(
    '/alerts',
    async (page) => {
      const row = page.locator('.grouprow .whole').first();
      await row.waitFor();
      assert.ok((await row.boundingBox()).y < 480, 'the first group is in sight');
      const fits = async (where) => {
        const wide = await page.evaluate(
          () => document.querySelector('main').scrollWidth - innerWidth,
        );
        assert.ok(wide <= 0, `${where}: ${wide} px too wide`);
        const small = await page.evaluate(() =>
          [...document.querySelectorAll('button, select, .tab, summary, a.button')]
            .filter((node) => node.checkVisibility() && !node.closest('.maplibregl-map'))
            .map((node) => [
              node.innerText.slice(0, 20),
              Math.round(node.getBoundingClientRect().height),
            ])
            .filter(([, height]) => height > 0 && height < 43),
        );
        assert.deepEqual(small, [], where);
      };
      await fits('list');
      await row.click();
      await page.locator('.groupdetail .reason').waitFor();
      await fits('group');
      await page.getByRole('button', { name: '发布预警' }).click();
      await page.locator('.modal .sendbar .hold').waitFor();
      await fits('warning');
      const box = await page.locator('.modal .sendbar').boundingBox();
      assert.ok(box.y + box.height <= narrow.height + 1, 'the button to send is in sight');
      await page.locator('.modal').getByRole('button', { name: '关闭' }).click();
      await page.locator('.groupdetail').getByRole('button', { name: '关闭' }).click();
      await row.waitFor();
    },
    { size: narrow },
  );
});
