// SPDX-License-Identifier: Apache-2.0
// Pictures of the running console: of every page, as large as a desk and as a phone.
//
//   ./run & CAIRN_URL=http://127.0.0.1:8080 node web/e2e/pictures.mjs <folder> [seconds]
//
// After so many seconds of demonstration (default 60). docs/overview.png is its overview.png.
import { close, desk, open, phone, server, visit } from './browser.mjs';

const [folder, seconds = '60'] = process.argv.slice(2);
const pages = [
  ['overview', '/watch', desk],
  ['coverage', '/watch?cover=any/5g', desk],
  ['profile', '/watch?cover=any/5g&link=102.26,27.89~102.5,27.5~n28~30~1.5', desk],
  ['site', '/watch?site=102.5,27.5~40~n28~mobile', desk],
  ['plan', '/plan/panxi', desk],
  ['alerts', '/alerts/open', desk],
  ['duty', '/alerts', desk],
  ['group', '/alerts?group={group}', desk],
  ['warn', '/warn?group={group}', desk],
  ['warnings', '/alerts/warnings', desk],
  ['wall', '/wall?theme=dark', { width: 1920, height: 1080 }],
  ['incidents', '/incidents?mine=no', desk],
  ['board', '/incidents/board', desk],
  ['open-incident', '/incidents/new', desk],
  ['channels', '/admin/channels', desk],
  ['phone', '/watch', phone],
  ['phone-coverage', '/watch?cover=any/5g', phone],
  ['phone-alerts', '/alerts/open', phone],
  ['phone-duty', '/alerts', phone],
  ['phone-group', '/alerts?group={group}', phone],
  ['phone-warn', '/warn?group={group}', phone],
  ['phone-incidents', '/incidents?mine=no', phone],
  ['phone-board', '/incidents/board', phone],
];

/** As the officer on duty, where the demonstration has one. */
async function signIn(page) {
  const session = await (await page.request.get(`${server}/v1/session`)).json();
  const found = (session.demo_accounts ?? []).find((each) => each.name.includes('duty'));
  if (found === undefined) return;
  const { name, password } = found;
  await page.request.post(`${server}/v1/session`, { data: { name, password } });
  await page.reload();
}
/** The gravest group that there is. */
async function firstGroup() {
  const answer = await fetch(`${server}/v1/alert-groups?open=true&limit=1`);
  return answer.ok ? ((await answer.json()).groups[0]?.id ?? '') : '';
}

await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
await open();
const group = encodeURIComponent(await firstGroup());
for (const [name, address, size] of pages) {
  await visit(
    address.replace('{group}', group),
    async (page) => {
      await signIn(page);
      await page.waitForLoadState('load');
      await page.waitForTimeout(6000); // The map's tiles, and a few updates.
      await page.screenshot({ path: `${folder}/${name}.png`, timeout: 180_000 });
    },
    { size, expectErrors: true },
  );
}
await close();
