// SPDX-License-Identifier: Apache-2.0
// A stand-in for the live engine: everything but the live addresses is passed on to the server in
// CAIRN_URL. With it a test decides what happens, when, and when the line is cut.
import { createServer, request } from 'node:http';

const zero = { open: 0, extreme: 0, severe: 0, moderate: 0, minor: 0, unknown: 0 };

export class StandIn {
  constructor(upstream) {
    this.upstream = new URL(upstream);
    this.streams = new Set();
    this.sockets = new Set();
    this.alerts = new Map();
    this.silent = [];
    this.rejected = [];
    this.revisions = [];
    this.shelved = [];
    this.asked = [];
    this.lastIds = [];
    this.overrides = new Map();
    this.count = 0;
    this.run = 'one';
    this.speed = 1;
    this.now = Date.now();
    this.received = 0;
    this.port = 0;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async start() {
    this.server = createServer((asked, answer) => this.answer(asked, answer));
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise((done) => this.server.listen(this.port, '127.0.0.1', done));
    this.port = this.server.address().port;
  }

  /** The server is gone, as after a power cut. */
  async stop() {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }

  clock() {
    return {
      now: new Date(this.now).toISOString(),
      speed: this.speed,
      received: this.received,
      rejected: this.rejected.length,
    };
  }

  /** One event to every page; without an id for `clock` and `reset`. */
  say(event, data) {
    const id = ['clock', 'reset'].includes(event) ? '' : `id: ${this.run}-${++this.count}\n`;
    for (const stream of this.streams) {
      stream.write(`${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    }
  }

  alert(alert) {
    this.alerts.set(alert.id, alert);
    this.say('alert', alert);
  }

  live() {
    const { now, speed, received } = this.clock();
    const open = [...this.alerts.values()].filter((each) => each.ended === null).length;
    return {
      running: true,
      now,
      speed,
      received,
      duplicates: 0,
      late: 0,
      rejected: this.rejected.length,
      series: 1,
      log_position: this.count,
      applied_position: this.count,
      log_bytes: 0,
      history_points: 0,
      history_bytes: 0,
      commit_ms: 0.3,
      recovery_s: 0.1,
      feeds_silent: this.silent.length,
      alerts: { ...zero, open },
    };
  }

  body(path, query) {
    const all = [...this.alerts.values()].reverse();
    switch (path) {
      case '/v1/live':
        return this.live();
      case '/v1/alerts': {
        const alerts = all.filter((each) => query.get('state') === 'all' || each.ended === null);
        return { alerts, total: alerts.length, next_cursor: null };
      }
      case '/v1/feeds/silent':
        return { feeds: this.silent };
      case '/v1/rejected':
        return { rejected: this.rejected, next_before: null };
      case '/v1/revisions':
        return { revisions: this.revisions };
      default:
        if (path.startsWith('/v1/alerts/')) {
          return this.alerts.get(decodeURIComponent(path.slice(11)));
        }
        return this.overrides.get(path)?.(query);
    }
  }

  answer(asked, answer) {
    const { pathname, searchParams } = new URL(asked.url, this.upstream);
    if (pathname === '/v1/events') return this.stream(asked, answer);
    this.asked.push(asked.url);
    if (pathname === '/v1/alerts/shelve') return this.shelve(asked, answer);
    const body = this.body(pathname, searchParams);
    if (body === undefined) return this.pass(asked, answer);
    answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  stream(asked, answer) {
    this.lastIds.push(asked.headers['last-event-id'] ?? '');
    answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    answer.write(`: hello\n\nevent: clock\ndata: ${JSON.stringify(this.clock())}\n\n`);
    this.streams.add(answer);
    answer.on('close', () => this.streams.delete(answer));
  }

  shelve(asked, answer) {
    let text = '';
    asked.on('data', (part) => (text += part));
    asked.on('end', () => {
      this.shelved.push({ ...JSON.parse(text), token: asked.headers.authorization ?? '' });
      answer.writeHead(204).end();
    });
  }

  pass(asked, answer) {
    const onward = request(
      { ...address(this.upstream), path: asked.url, method: asked.method, headers: asked.headers },
      (reply) => {
        answer.writeHead(reply.statusCode, reply.headers);
        reply.pipe(answer);
      },
    );
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  }
}

function address(url) {
  return { hostname: url.hostname, port: url.port };
}

/** An alert of the slope pack, whole; `change` says what is different. */
export function slopeAlert(change = {}) {
  return {
    id: 'alert-1',
    rule: 'slope_rain_threshold',
    rule_label: { zh: '前期—近期雨量超阈值', en: 'Recent and antecedent rain above the threshold' },
    pack: 'slope',
    thing: 'slope:mvd',
    thing_label: { zh: '普格示范站', en: 'Puge station' },
    type: 'slope_station',
    type_label: { zh: '边坡监测站', en: 'Slope station' },
    region: { code: '513428', label: { zh: '普格县', en: 'Puge' }, level: 'county' },
    position: { lon: 102.541, lat: 27.377 },
    position_estimated: false,
    state: 'firing',
    suppressed: false,
    shelved: false,
    flapping: false,
    no_data: false,
    severity: 'Severe',
    urgency: 'Expected',
    certainty: 'Likely',
    text: { zh: '请巡查坡体和下方道路、房屋。', en: 'Inspect the slope and what lies below it.' },
    since: new Date(Date.now() - 12 * 60e3).toISOString(),
    began: new Date(Date.now() - 10 * 60e3).toISOString(),
    ended: null,
    known: new Date(Date.now() - 10 * 60e3).toISOString(),
    log_position: 100,
    revision: 0,
    ...change,
  };
}
