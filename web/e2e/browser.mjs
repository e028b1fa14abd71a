// SPDX-License-Identifier: Apache-2.0
// A real browser against a running `cairn serve`, whose address is in CAIRN_URL.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

export const server = process.env.CAIRN_URL;
export const token = process.env.CAIRN_TOKEN ?? '';
const patience = 20_000; // Milliseconds; a loaded two-core machine is slow to draw.

export const desk = { width: 1366, height: 768 };
export const phone = { width: 390, height: 844 };

let browser = null;

export async function open() {
  assert.ok(server, 'set CAIRN_URL to the address of a running `cairn serve`');
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless=new',
      '--no-sandbox',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-background-networking',
    ],
  });
}
export async function close() {
  await browser?.close();
}

/**
 * Runs `job` with a fresh page; afterwards no script may have failed, no file may be missing and
 * nothing may have been asked of another host.
 */
export async function visit(address, job, { size = desk, expectErrors = false, at = server } = {}) {
  const context = await browser.newContext({
    viewport: size,
    locale: 'zh-CN',
    hasTouch: size === phone,
    isMobile: size === phone,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const troubles = [];
  page.on('pageerror', (error) => troubles.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(at).origin) {
      troubles.push(`outside: ${request.url()}`);
    }
  });
  page.on('response', (response) => {
    if (response.status() >= 400) troubles.push(`${response.status()}: ${response.url()}`);
  });
  try {
    await page.goto(`${at}/#${address}`);
    await page.locator('.card:visible, .wall').first().waitFor();
    await job(page);
    if (!expectErrors) assert.deepEqual(troubles, []);
  } finally {
    await context.close();
  }
}

/** What the address bar says of the view. */
export function query(page) {
  return Object.fromEntries(new URLSearchParams(new URL(page.url()).hash.split('?')[1] ?? ''));
}

/** Waits until `probe` answers true; a page settles in its own time. */
export async function until(probe, what) {
  const end = Date.now() + patience;
  while (Date.now() < end) {
    if (await probe()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`waited in vain until ${what}`);
}
