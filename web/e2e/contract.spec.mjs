// SPDX-License-Identifier: Apache-2.0
// Does the server say what docs/api/openapi.yaml promises? Every GET of the contract is asked, and
// so are its usual mistakes.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { server, token } from './browser.mjs';
import { complaints, contract, resolve } from './schema.mjs';

before(() => assert.ok(server, 'set CAIRN_URL to the address of a running `cairn serve`'));

const asked = new Set();

function operation(path, method = 'get') {
  asked.add(`${method} ${path}`);
  const found = contract.paths[path]?.[method];
  assert.ok(found, `the contract has no ${method} ${path}`);
  return found;
}

/** Asks, and holds the answer against the schema of its status and media type. */
async function ask(path, { fill = {}, query = {}, status = 200, method = 'get', ...init } = {}) {
  const told = operation(path, method).responses[status];
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(fill[name]));
  const address = `${server}${filled}?${new URLSearchParams(query)}`;
  const answer = await fetch(address, { method: method.toUpperCase(), ...init });
  const body = await answer.text();
  assert.equal(answer.status, status, `${address}: ${body.slice(0, 300)}`);
  if (told === undefined || status === 204) return null;
  const [type, media] = Object.entries(resolve(told).content)[0];
  assert.ok(answer.headers.get('content-type')?.startsWith(type), `${address}: not ${type}`);
  if (!type.endsWith('json')) return body;
  const value = JSON.parse(body);
  assert.deepEqual(complaints(value, media.schema).slice(0, 10), [], address);
  return value;
}

test('service', async () => {
  await ask('/healthz');
  await ask('/metrics');
  const status = await ask('/v1/status');
  assert.equal(status.home.code, 'panxi');
});

test('regions', async () => {
  const counties = await ask('/v1/regions', { query: { level: 'county', parent: 'panxi' } });
  assert.equal(counties.total, 22);
  const found = await ask('/v1/regions', { query: { q: '雷波' } });
  assert.ok(found.regions.some((region) => region.code === '513437'));
  for (const code of ['panxi', '51', '5134', '513437']) {
    const region = await ask('/v1/regions/{code}', { fill: { code } });
    assert.equal(region.code, code);
    await ask('/v1/regions/{code}/indicators', { fill: { code }, query: { at: '2020' } });
  }
  const alias = await ask('/v1/regions/{code}', { fill: { code: '513425' } });
  assert.equal(alias.code, '513402');
  let cursor = '';
  const seen = new Set();
  do {
    const page = await ask('/v1/regions', {
      query: { level: 'village', parent: '5134', limit: '1000', ...(cursor && { cursor }) },
    });
    page.regions.forEach((region) => seen.add(region.code));
    cursor = page.next_cursor ?? '';
  } while (cursor !== '');
  assert.equal(seen.size, 2377);
});

test('indicators', async () => {
  const { indicators } = await ask('/v1/indicators');
  assert.ok(indicators.length >= 20);
  const left = [...indicators];
  const some = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { id, levels } = next;
      const by = levels.includes('county') ? { by: 'county' } : {};
      await ask('/v1/indicators/{id}/values', { fill: { id }, query: { region: 'panxi', ...by } });
      await ask('/v1/indicators/{id}/series', { fill: { id }, query: { region: 'panxi' } });
      await ask('/v1/explain', { query: { indicator: id, region: 'panxi' } });
    }
  };
  await Promise.all(Array.from({ length: 4 }, some)); // Four at a time: three hundred take long.
});

test('formulas', async () => {
  const one = await ask('/v1/evaluate', { query: { formula: 'count(village)', region: '5134' } });
  assert.equal(one.rows[0].value, 2377);
  await ask('/v1/evaluate', { query: { formula: 'count(village)', region: '5134', by: 'county' } });
  const json = { 'Content-Type': 'application/json' };
  await ask('/v1/evaluate', {
    method: 'post',
    headers: json,
    body: JSON.stringify({ formula: 'sum(population of county)', region: 'panxi' }),
  });
  await ask('/v1/explain', { query: { formula: 'sum(population of county)', region: 'panxi' } });
  await ask('/v1/explain', {
    method: 'post',
    headers: json,
    body: JSON.stringify({ formula: 'count(village)' }),
  });
});

test('packs', async () => {
  const { packs } = await ask('/v1/packs');
  for (const { id } of packs) await ask('/v1/packs/{id}', { fill: { id } });
  const whole = await ask('/v1/packs/coverage');
  assert.ok(whole.answered > 0 && whole.partly <= whole.answered);
  const { answered, never, outside, later, open } = whole;
  assert.equal(answered + never + outside + later + open, whole.passages);
  const one = await ask('/v1/packs/coverage', { query: { plan: 'panxi' } });
  assert.deepEqual(one.plans, [whole.plans.find((each) => each.plan === 'panxi')]);
  await ask('/v1/packs/coverage', { query: { plan: 'nowhere' }, status: 404 });
});

test('plans', async () => {
  const { plans } = await ask('/v1/plans');
  assert.equal(plans.length, 5);
  for (const { id } of plans) {
    const plan = await ask('/v1/plans/{id}', { fill: { id } });
    await ask('/v1/plans/{id}/findings', { fill: { id } });
    await ask('/v1/plans/{id}/report', { fill: { id }, query: { lang: 'en' } });
    for (const claim of plan.claims.slice(0, 20)) {
      for (const part of ['baseline', 'target', 'change', 'required', 'actual', 'gap']) {
        await ask('/v1/explain', { query: { plan: id, claim: claim.id, part } });
      }
    }
  }
});

test('things', async () => {
  const villages = await ask('/v1/things', { query: { type: 'village', limit: '5' } });
  const { types } = await ask('/v1/packs/{id}', { fill: { id: 'data-centre' } });
  const page = await ask('/v1/things', { query: { type: types[0].id, limit: '5' } });
  for (const { id } of [...villages.things, ...page.things]) {
    const thing = await ask('/v1/things/{id}', { fill: { id } });
    for (const property of thing.properties.filter((each) => each.series)) {
      const series = await ask('/v1/things/{id}/series', {
        fill: { id },
        query: { property: property.id, max_points: '100' },
      });
      assert.ok(series.points.length <= 100);
    }
  }
});

test('radio', async () => {
  const { bands } = await ask('/v1/radio/bands');
  assert.ok(bands.some((band) => band.id === 'n28'));
  const { terrain } = await ask('/v1/radio/terrain');
  assert.ok(terrain.label.length > 0);
  for (const model of ['p1812', 'itm', 'p526', 'rma', 'free']) {
    const query = { from: '102.3,27.8', to: '102.35,27.82', band: 'n28', model };
    const link = await ask('/v1/radio/profile', { query });
    assert.equal(link.model, model);
  }
  await ask('/v1/radio/profile', { query: { from: '27.8,102.3', to: '102.3,27.8' }, status: 400 });
});

test('coverage', async () => {
  const { layers } = await ask('/v1/coverage/layers');
  assert.ok(layers.some((layer) => layer.operator === 'any' && layer.band === '5g'));
  const path = '/v1/coverage/tiles/{operator}/{band}/{z}/{x}/{y}.png';
  operation(path);
  const tile = await fetch(`${server}/v1/coverage/tiles/any/5g/7/100/54.png`);
  assert.ok([200, 202].includes(tile.status), `${tile.status}`);
  assert.equal(tile.headers.get('content-type'), 'image/png');
  const none = { operator: 'nobody', band: '5g', z: 7, x: 100, y: 54 };
  await ask(path, { fill: none, status: 404 });
  for (const query of [
    { lon: '102.26', lat: '27.89' },
    { lon: '101.0', lat: '28.3', operator: 'mobile', band: '4g' },
  ]) {
    await ask('/v1/coverage/at', { query });
  }
  await ask('/v1/coverage/at', { query: { lon: '27.89', lat: '102.26' }, status: 400 });
  const json = { method: 'post', headers: { 'Content-Type': 'application/json' } };
  const site = { lon: 102.5, lat: 27.5, mast_m: 40, band: 'n28', operator: 'mobile' };
  await ask('/v1/coverage/what-if', { ...json, body: JSON.stringify(site) });
  await ask('/v1/coverage/what-if', {
    ...json,
    body: JSON.stringify({ ...site, mast_m: 0 }),
    status: 400,
  });
  for (const technology of ['4g', '5g']) {
    const query = { technology, covered: 'false', limit: '20' };
    await ask('/v1/coverage/villages', { query });
  }
});

test('the map', async () => {
  const { layers } = await ask('/v1/layers');
  for (const layer of layers) {
    const path =
      layer.type === null
        ? '/v1/tiles/{layer}/{z}/{x}/{y}.mvt'
        : '/v1/tiles/things/{type}/{z}/{x}/{y}.mvt';
    operation(path);
    const address = layer.tiles.replace('{z}', 6).replace('{x}', 50).replace('{y}', 26);
    const answer = await fetch(server + address);
    assert.ok([200, 204].includes(answer.status), `${address}: ${answer.status}`);
    if (answer.status === 200) {
      assert.equal(answer.headers.get('content-type'), 'application/vnd.mapbox-vector-tile');
    }
  }
});

test('data', async () => {
  await ask('/v1/imports');
  await ask('/v1/imports/{id}', { status: 404, fill: { id: 'nothing' } });
  await ask('/v1/proposals');
  const { sources } = await ask('/v1/sources');
  assert.ok(sources.every((source) => source.licence !== ''));
});

test(
  'an import is previewed, committed, listed and withdrawn',
  {
    skip: token === '' && 'no CAIRN_TOKEN',
  },
  async () => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'text/csv' };
    const body =
      'region,property,period,value,unit,source,estimated\n' +
      '513437,resident_population,2024,200000,{person},census,false\n';
    const query = { kind: 'statistics', format: 'csv', name: 'leibo.csv' };
    const preview = await ask('/v1/imports', { method: 'post', status: 201, query, headers, body });
    assert.deepEqual([preview.accepted, preview.rejected], [1, 0]);
    const { id } = preview;
    await ask('/v1/imports/{id}', { fill: { id } });
    const before = await valueOf('513437');
    const done = await ask('/v1/imports/{id}/commit', { method: 'post', fill: { id }, headers });
    assert.equal(done.state, 'committed');
    assert.equal(await valueOf('513437'), 200000);
    const { imports } = await ask('/v1/imports');
    assert.ok(imports.some((one) => one.id === id));
    await ask('/v1/imports/{id}', { method: 'delete', status: 204, fill: { id }, headers });
    assert.equal(await valueOf('513437'), before);
  },
);

async function valueOf(region) {
  const answer = await ask('/v1/evaluate', { query: { formula: 'resident_population', region } });
  return answer.rows[0].value;
}

test('live', async () => {
  const { running } = await ask('/v1/live');
  const { alerts } = await ask('/v1/alerts', { query: { state: 'all', limit: '5' } });
  for (const { id } of alerts) await ask('/v1/alerts/{id}', { fill: { id } });
  await ask('/v1/alerts/{id}', { status: 404, fill: { id: 'nothing' } });
  const { rules } = await ask('/v1/rules');
  assert.ok(rules.length > 0);
  await ask('/v1/rejected', { query: { limit: '5' } });
  await ask('/v1/feeds/silent');
  await ask('/v1/revisions');
  await ask('/v1/events', { status: 400, query: { topics: 'gossip' } });
  const why = { rule: rules[0].id, thing: alerts[0]?.thing ?? 'nothing' };
  if (!running) {
    await ask('/v1/events', { status: 503 });
    await ask('/v1/why', { status: 503, query: why });
    return;
  }
  if (alerts.length > 0) {
    await ask('/v1/why', { query: { rule: alerts[0].rule, thing: alerts[0].thing } });
  } else {
    await ask('/v1/why', { status: 404, query: why });
  }
  const line = new AbortController();
  const stream = await fetch(`${server}/v1/events`, { signal: line.signal });
  assert.ok(stream.headers.get('content-type')?.startsWith('text/event-stream'));
  const { value } = await stream.body.getReader().read();
  line.abort();
  const clock = /^event: clock\ndata: (.*)$/m.exec(new TextDecoder().decode(value));
  assert.ok(clock, 'the stream begins with the clock');
  const schema = contract.components.schemas.ClockEvent;
  assert.deepEqual(complaints(JSON.parse(clock[1]), schema), []);
});

/** By the server's own token: what only some may see. */
const inside = { headers: { Authorization: `Bearer ${token}` }, skip: token === '' };

test('groups of alerts and maintenance', async () => {
  const { groups } = await ask('/v1/alert-groups', { query: { open: 'true', limit: '20' } });
  await ask('/v1/alert-groups', { query: { region: '5134', hazard: 'nothing', offset: '3' } });
  const none = { fill: { id: 'nothing' }, status: 404 };
  await ask('/v1/alert-groups/{id}', none);
  await ask('/v1/alert-groups/{id}/alerts', none);
  for (const { id } of groups) {
    await ask('/v1/alert-groups/{id}', { fill: { id } });
    await ask('/v1/alert-groups/{id}/alerts', { fill: { id }, query: { limit: '5' } });
  }
  await ask('/v1/maintenance', { query: { past: 'true' } });
  const refused = { method: 'post', status: 401, headers: { 'Content-Type': 'application/json' } };
  await ask('/v1/maintenance', { ...refused, body: '{}' });
});

test('a maintenance is declared once for a key, listed and ended', inside, async () => {
  const headers = {
    ...inside.headers,
    'Content-Type': 'application/json',
    'Idempotency-Key': `contract-${process.pid}`,
  };
  const end = new Date(Date.now() + 3600e3).toISOString();
  const body = JSON.stringify({ region: '513437', end, reason: 'contract' });
  const said = await ask('/v1/maintenance', { method: 'post', status: 201, headers, body });
  const again = await ask('/v1/maintenance', { method: 'post', status: 201, headers, body });
  assert.equal(again.id, said.id);
  const ended = await ask('/v1/maintenance/{id}/end', {
    method: 'post',
    fill: { id: said.id },
    headers,
    body: JSON.stringify({ reason: 'over' }),
  });
  assert.equal(ended.state, 'over');
  const { maintenance } = await ask('/v1/maintenance', { query: { past: 'true' } });
  assert.ok(maintenance.some((each) => each.id === said.id));
});

test('warnings, channels and CAP', inside, async () => {
  const { headers } = inside;
  const json = { ...headers, 'Content-Type': 'application/json' };
  const { warnings } = await ask('/v1/warnings', { headers, query: { limit: '5' } });
  await ask('/v1/warnings', { headers, query: { open: 'true', kind: 'duty', region: '5134' } });
  for (const { id } of warnings) await ask('/v1/warnings/{id}', { headers, fill: { id } });
  await ask('/v1/warnings/{id}', { headers, fill: { id: 'nothing' }, status: 404 });
  await ask('/v1/warnings/refused', { headers });
  const wish = { regions: ['513437'], event: { zh: '演练', en: 'Exercise' }, status: 'Exercise' };
  const prepare = { method: 'post', headers: json, body: JSON.stringify(wish) };
  const draft = await ask('/v1/warnings/prepare', prepare);
  assert.equal(draft.status, 'Exercise');
  assert.ok(draft.areas.length > 0);
  await ask('/v1/warnings/prepare', { ...prepare, body: '{"level":"green"}', status: 400 });
  await ask('/v1/cap/warnings.atom');
  await ask('/v1/cap/alerts.atom', { headers });
  await ask('/v1/cap/{identifier}.xml', { headers, fill: { identifier: 'none' }, status: 404 });
  await ask('/v1/alerts/{id}/cap', { headers, fill: { id: 'nothing' }, status: 404 });
  const channels = await ask('/v1/channels', { headers });
  const path = '/v1/channels/{id}/deliveries';
  for (const { id } of channels) await ask(path, { headers, fill: { id }, query: { limit: '5' } });
  await ask(path, { headers, fill: { id: 'nothing' }, status: 404 });
});
test('who is not signed in is told so', async () => {
  const closed = ['channels', 'incidents', 'accounts', 'audit', 'devices', 'services'];
  for (const each of closed) await ask(`/v1/${each}`, { status: 401 });
});

test('devices', inside, async () => {
  const { headers } = inside;
  const json = { ...headers, 'Content-Type': 'application/json' };
  const fresh = {
    protocol: 'mqtt',
    identity: `contract-${Date.now()}`,
    type: 'slope_station',
    lon: 102.5,
    lat: 27.45,
    vendor: 'contract',
    label: { zh: '雨量计', en: 'Rain gauge' },
  };
  const write = { method: 'post', headers: json, body: JSON.stringify(fresh) };
  const { device } = await ask('/v1/devices', { ...write, status: 201 });
  const { id } = device;
  await ask('/v1/devices', { ...write, status: 409 });
  await ask('/v1/devices', { ...write, body: '{"protocol":"lorawan"}', status: 400 });
  const found = await ask('/v1/devices', { headers, query: { q: fresh.identity } });
  assert.deepEqual(
    found.devices.map((each) => each.id),
    [id],
  );
  await ask('/v1/devices', { headers, query: { status: 'asleep' }, status: 400 });
  await ask('/v1/devices/{id}', { headers, fill: { id } });
  await ask('/v1/devices/{id}', { headers, fill: { id: 'nothing' }, status: 404 });
  await ask('/v1/devices/vendors', { headers });
  // No door for HJ 212 is open here.
  await ask('/v1/devices/{id}/hj212', { headers, fill: { id }, status: 404 });
});

test('registered services', inside, async () => {
  const { headers } = inside;
  const json = { ...headers, 'Content-Type': 'application/json' };
  const id = `contract-${Date.now()}`;
  const fresh = { id, label: { zh: '门户', en: 'Portal' }, url: 'https://portal.example/' };
  const write = (body) => ({ method: 'post', headers: json, body: JSON.stringify(body) });
  const whole = { ...fresh, owner: '县大数据中心', region: '513428' };
  const said = await ask('/v1/services', { ...write(whole), status: 201 });
  assert.equal(said.id, id);
  await ask('/v1/services', { ...write(whole), status: 409 });
  await ask('/v1/services', { ...write(fresh), status: 400 });
  const { services } = await ask('/v1/services', { headers });
  assert.ok(services.some((each) => each.id === id));
  await ask('/v1/services/{id}', { headers, fill: { id } });
  await ask('/v1/services/{id}', { headers, fill: { id: 'nothing' }, status: 404 });
});

test('incidents, units, workflows', inside, async () => {
  const { headers } = inside;
  const { incidents } = await ask('/v1/incidents', { headers, query: { open: 'all', limit: '5' } });
  for (const { id } of incidents) await ask('/v1/incidents/{id}', { headers, fill: { id } });
  await ask('/v1/incidents/board', { headers });
  await ask('/v1/incidents/{id}', { headers, fill: { id: 'I-0' }, status: 404 });
  await ask('/v1/incidents/{id}/nearby', { headers, fill: { id: 'I-0' }, status: 404 });
  const file = { id: 'I-0', sha256: '0'.repeat(64) };
  await ask('/v1/incidents/{id}/files/{sha256}', { headers, fill: file, status: 404 });
  await ask('/v1/units', { headers, query: { region: '5134' } });
  const { kinds } = await ask('/v1/incident-kinds', { headers });
  for (const id of new Set(kinds.map((each) => each.workflow))) {
    await ask('/v1/workflows/{id}', { headers, fill: { id } });
  }
});

test('the form of the public', async () => {
  const form = await ask('/v1/report-form');
  assert.ok(form.kinds.length > 0);
  await ask('/v1/report-places', { query: { parent: '513437' } });
  const near = { kind: form.kinds[0].id, lon: '102.3', lat: '27.8' };
  await ask('/v1/report-nearby', { query: near });
  await ask('/v1/reports/{number}', { fill: { number: 'R-00000000-0000' }, status: 404 });
});

test('sessions, accounts and the audit trail', inside, async () => {
  const session = await ask('/v1/session');
  assert.equal(session.signed_in, false);
  await ask('/v1/accounts', { headers: inside.headers });
  await ask('/v1/audit', { headers: inside.headers, query: { limit: '5' } });
  // No provider is configured here.
  await ask('/v1/session/oidc', { status: 404 });
  await ask('/v1/session/oidc/return', { status: 404, query: { state: 'x', code: 'y' } });
});

test('mistakes get a problem document with the right status', async () => {
  const bad = (path, status, rest) => ask(path, { status, ...rest });
  await bad('/v1/regions/{code}', 404, { fill: { code: '999999' } });
  await bad('/v1/regions/{code}', 400, { fill: { code: '5134' }, query: { at: 'yesterday' } });
  await bad('/v1/indicators/{id}/values', 404, { fill: { id: 'nothing' } });
  await bad('/v1/indicators/{id}/values', 400, {
    fill: { id: 'resident_population' },
    query: { by: 'galaxy' },
  });
  await bad('/v1/plans/{id}', 404, { fill: { id: 'nowhere' } });
  await bad('/v1/things/{id}', 404, { fill: { id: 'nothing' } });
  const formula = await bad('/v1/evaluate', 400, { query: { formula: 'count(vilage)' } });
  assert.equal(formula.errors[0].offset, 6);
  await bad('/v1/evaluate', 400, { query: { formula: 'count(village)', colour: 'red' } });
  await bad('/v1/evaluate', 415, {
    method: 'post',
    headers: { 'Content-Type': 'text/plain' },
    body: 'count(village)',
  });
  const write = { query: { kind: 'things', format: 'csv' }, method: 'post', body: 'id\n' };
  const csv = { 'Content-Type': 'text/csv' };
  await bad('/v1/imports', 401, { ...write, headers: csv });
  await bad('/v1/imports', 403, { ...write, headers: { ...csv, Authorization: 'Bearer no' } });
});

test('no GET of the contract was left out', () => {
  const all = Object.entries(contract.paths).flatMap(([path, item]) =>
    item.get === undefined ? [] : [`get ${path}`],
  );
  assert.deepEqual(
    all.filter((each) => !asked.has(each)),
    [],
  );
});
