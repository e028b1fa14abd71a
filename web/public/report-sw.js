// SPDX-License-Identifier: Apache-2.0
// Keeps the form of reports on the device, so that it opens without a network. Only the form: the
// scope is /report.html, and of the interface only what the form offers (kinds and places) is kept.
const kept = 'cairn-report-1';
const page = './report.html';

/** The page and every file that it names. */
async function keepPage() {
  const cache = await caches.open(kept);
  const answer = await fetch(page, { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const text = await answer.clone().text();
  const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)]
    .map((found) => new URL(found[1], self.location.href))
    .filter((address) => address.origin === self.location.origin);
  const held = await cache.keys();
  // The names carry a hash of the content: what is there is right.
  const missing = files.filter((file) => !held.some((request) => request.url === file.href));
  await Promise.all(missing.map((file) => cache.add(file.href)));
  await cache.put(page, answer);
  await cache.add('./v1/report-form').catch(() => {});
  const wanted = new Set(files.map((file) => file.href));
  for (const request of held) {
    if (request.url.includes('/assets/') && !wanted.has(request.url)) await cache.delete(request);
  }
}

self.addEventListener('install', (event) => {
  event.waitUntil(keepPage().then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

/** From the network, within a few seconds; otherwise what was kept. */
async function fresh(request, key, patience) {
  const cache = await caches.open(kept);
  const asked = fetch(request).then(async (answer) => {
    if (answer.ok) await cache.put(key, answer.clone());
    return answer;
  });
  const before = await cache.match(key);
  if (!before) return asked;
  const late = new Promise((done) => setTimeout(() => done(before), patience));
  const answer = await Promise.race([asked.catch(() => before), late]);
  return answer.ok ? answer : before;
}

async function stored(request) {
  const cache = await caches.open(kept);
  return (await cache.match(request, { ignoreVary: true })) ?? fetch(request);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== 'GET' || address.origin !== self.location.origin) return;
  const path = address.pathname;
  if (request.mode === 'navigate' && path.endsWith('/report.html')) {
    event.respondWith(fresh(page, page, 3000));
    // A newer page has newer files.
    event.waitUntil(keepPage().catch(() => {}));
  } else if (path.endsWith('/v1/report-form') || path.endsWith('/v1/report-places')) {
    event.respondWith(fresh(request, request.url, 5000));
  } else if (path.includes('/assets/') || path.endsWith('/cairn.svg')) {
    event.respondWith(stored(request));
  }
});
