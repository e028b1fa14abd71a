// SPDX-License-Identifier: Apache-2.0
// The public form on a phone, with a network that fails in every way: a proxy before the server in
// CAIRN_URL decides what arrives and what is answered.
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { mkdirSync } from 'node:fs';
import { deflateSync, crc32 } from 'node:zlib';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { server, until } from './browser.mjs';

const pictures = process.env.CAIRN_PICTURES ?? '';
const leibo = { longitude: 103.57, latitude: 28.26, accuracy: 12 };

/** The line between the phone and the server. */
class Line {
  constructor(upstream) {
    this.upstream = new URL(upstream);
    this.way = 'up'; // 'down': nobody answers; 'answers lost': taken, but the phone never hears.
    this.posts = 0;
    this.instead = null; // Answers a request itself, or null.
  }
  async start() {
    this.server = createServer((asked, answer) => this.pass(asked, answer));
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
  }
  pass(asked, answer) {
    const isReport = asked.method === 'POST' && asked.url.endsWith('/v1/reports');
    const { way } = this; // As it is when the request comes.
    if (way === 'down') {
      asked.socket.destroy();
      return;
    }
    if (isReport) this.posts += 1;
    const own = this.instead?.(asked);
    if (own) {
      answer.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(own));
      return;
    }
    const { hostname, port } = this.upstream;
    const { method, url: path, headers } = asked;
    const onward = request({ hostname, port, method, path, headers }, (back) => {
      if (way === 'answers lost' && isReport) {
        back.resume();
        back.on('end', () => answer.socket.destroy());
        return;
      }
      answer.writeHead(back.statusCode, back.headers);
      back.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  }
  async stop() {
    this.server.closeAllConnections?.();
    await new Promise((done) => this.server.close(done));
  }
}

/** A picture with text in it where a camera would write the place. */
function png(width, height) {
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const out = Buffer.alloc(8);
    out.writeUInt32BE(data.length, 0);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crcOf(body), 0);
    return Buffer.concat([out.subarray(0, 4), body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let i = 0; i < rows.length; i += 1) rows[i] = i % (1 + width * 3) === 0 ? 0 : (i * 7) % 251;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [
    ['IHDR', head],
    ['tEXt', Buffer.from('GPS\0secret place')],
  ];
  parts.push(['IDAT', deflateSync(rows)], ['IEND', Buffer.alloc(0)]);
  return Buffer.concat([signature, ...parts.map(([name, data]) => chunk(name, data))]);
}
function crcOf(bytes) {
  if (crc32) return crc32(bytes);
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let k = 0; k < 8; k += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}

let browser;
let line;
before(async () => {
  assert.ok(server, 'set CAIRN_URL to the address of a running `cairn serve`');
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless=new', '--no-sandbox', '--disable-background-networking'],
  });
  line = new Line(server);
  await line.start();
  if (pictures !== '') mkdirSync(pictures, { recursive: true });
});
after(async () => {
  await browser?.close();
  await line?.stop();
});

async function phone(job, { width = 360, allow = [] } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 760 },
    isMobile: true,
    hasTouch: true,
    locale: 'zh-CN',
    geolocation: leibo,
    permissions: ['geolocation'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const troubles = [];
  page.on('pageerror', (error) => troubles.push(`script: ${error.message}`));
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !allow.some((part) => text.includes(part))) {
      troubles.push(`console: ${text}`);
    }
  });
  page.on('request', (asked) => {
    if (asked.url().startsWith('http') && !asked.url().startsWith(line.url)) {
      troubles.push(`outside: ${asked.url()}`);
    }
  });
  try {
    await page.goto(`${line.url}/report.html`);
    await page.locator('.kind').first().waitFor();
    await job(page, context);
    assert.deepEqual(troubles, []);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `the page is ${wide} px wider than the phone`);
  } finally {
    line.way = 'up';
    line.instead = null;
    await context.close();
  }
}

async function look(page, name) {
  if (pictures !== '') {
    await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  }
}
async function fill(page, text, { photo = false } = {}) {
  await page.locator('.kind', { hasText: '边坡险情' }).click();
  await page.locator('#text').fill(text);
  if (photo) {
    const input = page.locator('input[type=file]').last();
    await input.setInputFiles({ name: '../x.png', mimeType: 'image/png', buffer: png(2400, 1200) });
    await page.locator('.photo img').waitFor();
  }
  await page.getByRole('button', { name: '用手机定位' }).click();
  await page.getByText('已定位').waitFor();
}
const submit = (page) => page.getByRole('button', { name: '提交', exact: true }).click();
async function mine(page) {
  return page.evaluate(() => JSON.parse(localStorage.getItem('cairn.reports') ?? '[]'));
}
async function statusOf({ number, secret }) {
  const answer = await fetch(`${server}/v1/reports/${number}`, {
    headers: { 'X-Report-Secret': secret },
  });
  return answer.json();
}
const lost = ['Failed to load resource', 'net::ERR'];

test('a report with a photo goes at once, and its status is seen', async () => {
  await phone(async (page) => {
    const text = '<img src=x onerror=alert(1)> "裂了" \u202Eabc';
    await fill(page, text, { photo: true });
    await look(page, '360-form-zh');
    await submit(page);
    await page.locator('.sent').first().waitFor();
    const [report] = await mine(page);
    await until(async () => (await statusOf(report)).photos.length === 1, 'the photo has arrived');
    await page.locator('.sent').first().click();
    await page.locator('.steps li').first().waitFor();
    // Hostile words are words.
    assert.ok((await page.locator('main').innerText()).includes('<img src=x onerror=alert(1)>'));
    assert.equal(await page.locator('main img[src=x]').count(), 0);
    await look(page, '360-status-zh');
  });
});

test('without a network it waits on the phone, also over a closed page, and goes once', async () => {
  await phone(
    async (page, context) => {
      // The service worker has kept the page.
      await until(
        () => page.evaluate(() => navigator.serviceWorker.ready.then((r) => r.active !== null)),
        'the service worker is there',
      );
      await page.waitForTimeout(500);
      line.way = 'down';
      await context.setOffline(true);
      await fill(page, '没有网络时写的', { photo: true });
      await submit(page);
      await page.getByText('已存在本机，联网后自动发送').waitFor();
      await look(page, '360-waiting-zh');
      const before = line.posts;
      await page.reload();
      await page.getByText('已存在本机，联网后自动发送').waitFor();
      assert.equal(line.posts, before);
      line.way = 'up';
      await context.setOffline(false);
      await page.locator('.sent').first().waitFor();
      await until(async () => (await page.locator('.waiting').count()) === 0, 'nothing waits');
      assert.equal(line.posts, before + 1);
      const [report] = await mine(page);
      await until(
        async () => (await statusOf(report)).photos.length === 1,
        'the photo has arrived',
      );
    },
    { allow: lost },
  );
});

test('when the answer is lost the report is sent again and taken once', async () => {
  await phone(
    async (page) => {
      await fill(page, '回答丢了');
      const before = line.posts;
      line.way = 'answers lost';
      await submit(page);
      await until(() => line.posts > before, 'it was sent');
      await page.locator('.waiting').waitFor();
      line.way = 'up';
      await page.evaluate(() => dispatchEvent(new Event('online')));
      await page.locator('.sent').first().waitFor();
      assert.ok(line.posts >= before + 2);
      const list = await mine(page);
      assert.equal(list.length, 1);
      const near = await fetch(
        `${server}/v1/report-nearby?kind=slope_movement&lon=${leibo.longitude}&lat=${leibo.latitude}`,
      ).then((answer) => answer.json());
      const numbers = near.incidents.map((incident) => incident.number);
      assert.equal(new Set(numbers).size, numbers.length);
      const status = await statusOf(list[0]);
      assert.equal(status.text, '回答丢了');
    },
    { allow: lost },
  );
});

test('a place that was chosen by hand, in English, on a wider phone', async () => {
  await phone(
    async (page) => {
      await page.getByRole('button', { name: 'English' }).click();
      await page.locator('.kind', { hasText: 'Road blocked' }).click();
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.getByText('Write a few words').waitFor();
      await page.locator('#text').fill('Stones on the road');
      await page.locator('#county').selectOption('513437');
      await page.locator('#town option').nth(2).waitFor({ state: 'attached' });
      await page.locator('#town').selectOption({ index: 1 });
      await look(page, '412-form-en');
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.locator('.sent').first().click();
      await page.locator('.steps li').first().waitFor();
      await look(page, '412-status-en');
      const [report] = await mine(page);
      assert.match((await statusOf(report)).region.code, /^513437\d{3}$/);
    },
    { width: 412 },
  );
});

test('who is not content opens it again with a reason', async () => {
  await phone(async (page) => {
    await fill(page, '修好了吗');
    await submit(page);
    await page.locator('.sent').first().waitFor();
    const [report] = await mine(page);
    const seen = await statusOf(report);
    const step = (zh, text = null) => ({ at: seen.reported, label: { zh, en: zh }, text });
    let said = '';
    // The office has closed it; that side is told here, the page is the real one.
    line.instead = (asked) => {
      if (asked.url === `/v1/reports/${report.number}`) {
        const label = { zh: '结案', en: 'Closed' };
        const closed = { status: 'closed', status_label: label, answer: '<b>已清理</b>' };
        return { ...seen, ...closed, can_reopen: true, can_satisfy: true, steps: [step('结案')] };
      }
      if (asked.url !== `/v1/reports/${report.number}/reopen`) return null;
      assert.equal(asked.headers['x-report-secret'], report.secret);
      asked.on('data', (part) => (said += part));
      return { ...seen, steps: [step('结案'), step('任务派遣', '又掉了')] };
    };
    await page.locator('.sent').first().click();
    await page.getByText('<b>已清理</b>').waitFor();
    await page.getByRole('button', { name: '已解决' }).waitFor();
    await look(page, '360-closed-zh');
    await page.getByRole('button', { name: '没有解决，要求重办' }).click();
    assert.ok(await page.getByRole('button', { name: '提交', exact: true }).last().isDisabled());
    await page.locator('#reason').fill('又掉了');
    await page.locator('section').getByRole('button', { name: '提交', exact: true }).click();
    await page.getByText('又掉了').waitFor();
    await until(() => said !== '', 'the reason was sent');
    assert.deepEqual(JSON.parse(said), { reason: '又掉了' });
    assert.equal(await page.getByRole('button', { name: '没有解决，要求重办' }).count(), 0);
  });
});

test('a link that is wrong says so', async () => {
  await phone(
    async (page) => {
      await page.goto(`${line.url}/report.html#/r/I-20000101-0001/0000`);
      await page.getByText('没有这个上报').waitFor();
    },
    { allow: ['404'] },
  );
});
