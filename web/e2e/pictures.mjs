// SPDX-License-Identifier: Apache-2.0
// Pictures of the running console: of every page, as large as a desk and as a phone.
//
//   ./run & CAIRN_URL=http://127.0.0.1:8080 node web/e2e/pictures.mjs <folder> [seconds]
//
// After so many seconds of demonstration (default 60). docs/overview.png is its overview.png.
import { close, desk, open, phone, visit } from './browser.mjs';

const [folder, seconds = '60'] = process.argv.slice(2);
const pages = [
  ['overview', '/watch', desk],
  ['coverage', '/watch?cover=any/5g', desk],
  ['profile', '/watch?cover=any/5g&link=102.26,27.89~102.5,27.5~n28~30~1.5', desk],
  ['site', '/watch?site=102.5,27.5~40~n28~mobile', desk],
  ['plan', '/plan/panxi', desk],
  ['alerts', '/alerts/all', desk],
  ['phone', '/watch', phone],
  ['phone-coverage', '/watch?cover=any/5g', phone],
  ['phone-alerts', '/alerts/all', phone],
];

await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
await open();
for (const [name, address, size] of pages) {
  await visit(
    address,
    async (page) => {
      await page.waitForLoadState('load');
      await page.waitForTimeout(6000); // The map's tiles, and a few updates.
      await page.screenshot({ path: `${folder}/${name}.png`, timeout: 180_000 });
    },
    { size, expectErrors: true },
  );
}
await close();
