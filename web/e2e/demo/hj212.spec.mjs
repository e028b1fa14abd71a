// SPDX-License-Identifier: Apache-2.0
// An instrument of HJ 212 on its page: seen, asked, and ordered only after a second word.
//
// Needs a demonstration with that door (`cairn serve --demo --hj212-port 0`), whose port is in
// CAIRN_HJ212; the instrument is a socket of this test.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { close, open, server, until, visit } from '../browser.mjs';

const mn = `E2E${Date.now()}`.padEnd(24, '0');
const port = Number(process.env.CAIRN_HJ212);
const { demo_accounts: accounts } = await (await fetch(`${server}/v1/session`)).json();
const { name, password } = accounts.find((each) => each.name === 'demo-admin');

/** HJ 212-2017, annex A: CRC-16 over the data segment, in hexadecimal. */
function crc(data) {
  let value = 0xffff;
  for (const byte of Buffer.from(data)) {
    value = (value >> 8) ^ byte;
    for (let bit = 0; bit < 8; bit++) value = (value >> 1) ^ (value & 1 ? 0xa001 : 0);
  }
  return value.toString(16).toUpperCase().padStart(4, '0');
}
const stamp = (moment, length) =>
  new Date(moment + 8 * 3600e3)
    .toISOString()
    .replace(/[^0-9]/g, '')
    .slice(0, length);

/** Reports, and answers what it is asked; the commands that came are in `asked`. */
class Instrument {
  asked = [];
  rest = '';

  connect() {
    this.line = connect(port, '127.0.0.1');
    this.line.on('data', (data) => this.take(data));
    return new Promise((done) => this.line.once('connect', done));
  }
  say(cn, content, { qn = stamp(Date.now(), 17), flag = 5, system = 32 } = {}) {
    const data = `QN=${qn};ST=${system};CN=${cn};PW=123456;MN=${mn};Flag=${flag};CP=&&${content}&&`;
    this.line.write(`##${String(data.length).padStart(4, '0')}${data}${crc(data)}\r\n`);
  }
  take(data) {
    const lines = (this.rest + data).split('\r\n');
    this.rest = lines.pop();
    for (const line of lines) {
      const [, qn] = /QN=(\d+)/.exec(line) ?? [];
      const [, cn] = /CN=(\d+)/.exec(line) ?? [];
      if (cn === undefined || cn.startsWith('90')) continue;
      this.asked.push(cn);
      const to = { qn, flag: 4, system: 91 };
      this.say('9011', 'QnRtn=1', to);
      if (cn === '1061') this.say(cn, 'RtdInterval=45', { qn, flag: 4 });
      this.say('9012', 'ExeRtn=1', to);
    }
  }
  report(flag = 'N') {
    const now = stamp(Date.now(), 14);
    this.say('2011', `DataTime=${now};w01018-Rtd=31.5,w01018-Flag=${flag}`);
  }
}
const instrument = new Instrument();

before(async () => {
  assert.ok(port > 0, 'start the server with --hj212-port 0');
  await open();
  await instrument.connect();
});
after(async () => {
  instrument.line?.destroy();
  await close();
});

async function signIn(page) {
  await page.request.post(`${server}/v1/session`, { data: { name, password } });
  const { csrf } = await (await page.request.get(`${server}/v1/session`)).json();
  return (path, data) =>
    page.request.post(`${server}${path}`, { data, headers: { 'X-Cairn-CSRF': csrf } });
}
async function found(page) {
  const answer = await page.request.get(`${server}/v1/devices?protocol=hj212&q=${mn}`);
  return (await answer.json()).devices[0];
}

test('an instrument is approved, seen, asked, and ordered after a second word', () =>
  visit('/packs', async (page) => {
    const post = await signIn(page);
    instrument.report();
    await until(async () => (await found(page)) !== undefined, 'the stranger waits');
    const { id } = await found(page);
    const body = { thing: 'outfall:renhe' };
    assert.equal((await post(`/v1/devices/${id}/approve`, body)).status(), 200);
    instrument.report('C');
    await page.goto(`${server}/#/devices/${id}`);
    await page.reload();
    const panel = page.locator('.hj212');
    await panel.getByText('已连接').waitFor();
    await panel.getByText('地表水体环境污染源').waitFor();
    await panel.locator('.tag', { hasText: '化学需氧量 校准 (C)' }).waitFor();

    const asks = panel.getByLabel('询问或下指令');
    await asks.selectOption('realtime_interval');
    await panel.getByRole('button', { name: '询问', exact: true }).click();
    const first = panel.locator('.steps li').first();
    await first.locator('[data-state=done]').waitFor();
    assert.match(await first.innerText(), /demo-admin[^]*实时数据间隔\s+45 秒/);
    assert.deepEqual(instrument.asked, ['1061']);

    // What acts on the site: the first press only asks whether it is meant.
    await asks.selectOption('calibrate');
    await panel.getByLabel('因子编码').fill('w01018');
    await panel.getByRole('button', { name: '下指令', exact: true }).click();
    await panel.getByText('将在现场仪器上执行').waitFor();
    assert.deepEqual(instrument.asked, ['1061'], 'nothing was sent yet');
    await panel.getByRole('button', { name: '确认执行' }).click();
    await until(() => instrument.asked.includes('3011'), 'the order arrives');
    await until(
      async () => (await first.locator('[data-state=done]').count()) === 1,
      'the order is done',
    );
    // It is in the history of the device, with who.
    await page
      .locator('.deviceparts', { hasText: '经过' })
      .getByText('demo-admin')
      .first()
      .waitFor();

    instrument.line.destroy();
    await panel.getByText('◌ 未连接').waitFor();
    assert.ok(await asks.isDisabled(), 'who is not there cannot be asked');
  }));
