// SPDX-License-Identifier: Apache-2.0
// 一盘棋, 数据, 包, and all of them on a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { close, open, phone, query, server, token, until, visit } from './browser.mjs';

before(open);
after(close);

test('five plans; the claims of one can be filtered and opened', () =>
  visit('/plan/panxi', async (page) => {
    await page.locator('.claimtable tr:has(td)').first().waitFor();
    assert.equal(await page.locator('.planlist li').count(), 5);
    assert.ok((await page.locator('.claimtable tr:has(td)').count()) >= 40);
    await page.getByRole('searchbox').fill('5G基站');
    await until(async () => {
      const rows = await page.locator('.claimtable tr:has(td)').count();
      return rows >= 1 && rows <= 8;
    }, 'the filter leaves a few rows');
    await page
      .locator('.claimtable tr:has(td)', { hasText: '2020 → 2025' })
      .first()
      .locator('th button')
      .click();
    await page.locator('.detailcol .quote').first().waitFor();
    assert.match(await page.locator('.detailcol .quote').first().innerText(), /第 \d+ 行/);
    await page.locator('.detailcol canvas').waitFor();
    assert.notEqual(query(page).claim, undefined);
  }));

test('a target can be asked for its quote', () =>
  visit('/plan/panxi?claim=bs5g', async (page) => {
    const row = page.locator('.claimtable tr.on');
    await row.locator('button.number', { hasText: '1.7' }).first().click();
    await page.getByRole('dialog').locator('.quote', { hasText: '5G' }).first().waitFor();
  }));

test('findings come with quotes, and with arithmetic where there is any', () => {
  return visit('/plan/panxi?tab=findings', async (page) => {
    await page.locator('.finding-item').first().waitFor();
    const items = page.locator('.finding-item');
    for (let i = 0; i < (await items.count()); i++) {
      assert.ok((await items.nth(i).locator('.quote').count()) >= 1, `finding ${i} has no quote`);
    }
    assert.ok((await page.locator('.finding-item .sum').count()) >= 1);
  });
});

test('the report is a page of its own that prints', () =>
  visit('/plan/panxi', async (page) => {
    const address = await page.getByRole('link', { name: '中期评估报告' }).getAttribute('href');
    const answer = await page.request.get(new URL(address, server).href);
    assert.equal(answer.status(), 200);
    const text = await answer.text();
    assert.match(text, /@media print|@page/);
    assert.doesNotMatch(text, /<script|https?:\/\/(?!www\.w3\.org)/);
  }));

test('a formula is evaluated for a region and by level', () =>
  visit('/data?region=5134', async (page) => {
    await page.locator('textarea').fill('count(village)');
    await page.locator('.formulabox select').selectOption('');
    await page.getByRole('button', { name: '计算' }).click();
    await page.locator('.formulabox tbody tr', { hasText: '2377' }).waitFor();
    await page.locator('.formulabox select').selectOption('county');
    await until(
      async () => (await page.locator('.formulabox tbody tr').count()) === 17,
      '17 counties',
    );
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '下载 CSV' }).click(),
    ]);
    assert.equal(file.suggestedFilename().slice(0, 5), '5134-');
  }));

test('an error in a formula is marked at its place', () =>
  visit(
    '/data',
    async (page) => {
      await page.locator('textarea').fill('count(vilage) + 1');
      await page.getByRole('button', { name: '计算' }).click();
      await page.locator('.pointed mark', { hasText: 'vilage' }).waitFor();
    },
    { expectErrors: true },
  ));

test('sources name their licence', () =>
  visit('/data', async (page) => {
    await page.locator('.sourcecard tbody tr').nth(3).waitFor();
    for (const row of await page.locator('.sourcecard tbody tr:has(td)').all()) {
      assert.notEqual((await row.locator('td').nth(2).innerText()).trim(), '');
    }
  }));

const file = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
const head = 'region,property,period,value,unit,source,estimated\n';

test(
  'importing shows every bad row first and writes nothing',
  { skip: token === '' && 'no CAIRN_TOKEN' },
  () =>
    visit('/data', async (page) => {
      await page.locator('.importbox select').selectOption('statistics');
      await page.locator('input[type=password]').fill(token);
      await page
        .locator('input[type=file]')
        .setInputFiles(
          file(
            'bad.csv',
            `${head}513437,resident_population,2024,200000,{person},census,false\n` +
              '513437,resident_population,2024,many,{person},census,false\n',
          ),
        );
      await page.locator('.importbox').getByRole('button', { name: '预览' }).click();
      const row = page.locator('.preview tbody tr').first();
      await row.waitFor();
      assert.match(await row.innerText(), /2\s+3\s+value/);
      await page.locator('.preview').getByRole('button', { name: '放弃' }).click();
      await page.locator('.preview').waitFor({ state: 'detached' });
    }),
);

test('a wrong token is refused in plain words', { skip: token === '' && 'no CAIRN_TOKEN' }, () =>
  visit(
    '/data',
    async (page) => {
      await page.locator('input[type=password]').fill('not the token');
      await page.locator('input[type=file]').setInputFiles(file('x.csv', head));
      await page.locator('.importbox').getByRole('button', { name: '预览' }).click();
      await page.getByText('口令不对或缺少口令').waitFor();
    },
    { expectErrors: true },
  ),
);

test('packs say where their series come from', () =>
  visit('/packs/data-centre', async (page) => {
    await page.locator('.pack .origin.elsewhere', { hasText: '数据来自' }).first().waitFor();
    assert.ok((await page.locator('.packlist li').count()) >= 5);
    assert.ok((await page.locator('.pack table code').count()) >= 1);
  }));

for (const place of ['/watch', '/alerts', '/alerts/rules', '/plan/panxi', '/data', '/packs']) {
  test(`${place} fits a phone, and what is touched is large enough`, () =>
    visit(
      place,
      async (page) => {
        await page.locator('.card-body, .dutybody').first().waitFor();
        await page.waitForTimeout(500);
        const wide = await page.evaluate(
          () => document.querySelector('main').scrollWidth - innerWidth,
        );
        assert.ok(wide <= 0, `${wide} px too wide`);
        const small = await page.evaluate(() =>
          [...document.querySelectorAll('button, select, .tab, summary')]
            .filter((node) => node.checkVisibility() && !node.closest('.maplibregl-map'))
            .map((node) => [
              node.innerText.slice(0, 20),
              Math.round(node.getBoundingClientRect().height),
            ])
            .filter(([, height]) => height > 0 && height < 43),
        );
        assert.deepEqual(small, []);
      },
      { size: phone },
    ));
}
