// SPDX-License-Identifier: Apache-2.0
// A stand-in for the house that warns: groups of alerts, warnings, maintenance, channels and who
// is signed in, on top of the stand-in for the engine. A test decides what happens and sees what
// was asked.
import { StandIn } from './engine.mjs';

const text = (zh, en) => ({ zh, en });
const places = {
  513428: text('普格县', 'Puge'),
  513437: text('雷波县', 'Leibo'),
  513423: text('盐源县', 'Yanyuan'),
  510422: text('盐边县', 'Yanbian'),
};
const region = (code) => ({ code, label: places[code], level: 'county' });
const ago = (minutes) => new Date(Date.now() - minutes * 60e3).toISOString();

/** A group, whole; `change` says what is different. */
export function slopeGroup(change = {}) {
  return {
    id: 'g-1',
    hazard: 'slope_movement',
    label: text('边坡位移加速', 'Slope accelerates'),
    pack: 'slope',
    region: region('513428'),
    state: 'open',
    level: 'orange',
    highest: 'orange',
    reason: text(
      '3 号边坡 6 小时位移速率 8.2 mm/h，超过 5 mm/h；另有 4 处同时告警',
      'Slope 3 moves 8.2 mm/h over 6 h, above 5 mm/h; 4 more sites at once',
    ),
    lead_alert: 'alert-1',
    lead_rule: 'slope_rain_threshold',
    lead_thing: 'slope:mvd',
    lead_thing_label: text('普格示范站', 'Puge station'),
    position: { lon: 102.541, lat: 27.377 },
    position_estimated: false,
    parent: null,
    cause: null,
    since: ago(13),
    opened: ago(12),
    changed: ago(2),
    cleared: null,
    firing: 5,
    total: 6,
    things: 5,
    quiet: 0,
    consequences: 0,
    retracted: 0,
    maintenance: null,
    acknowledged_by: null,
    acknowledged: null,
    verdict: 'none',
    verdict_by: null,
    note: '',
    revision: 1,
    ...change,
  };
}

export function mailChannel(change = {}) {
  return {
    id: 'duty-mail',
    kind: 'smtp',
    label: text('值班邮件', 'Duty mail'),
    topics: ['warning', 'alert'],
    regions: [],
    to: 'duty@example',
    simulated: false,
    enabled: true,
    broken: null,
    waiting: 0,
    held: false,
    oldest_waiting: null,
    last_delivery: null,
    last_trouble: null,
    last_test: null,
    trouble: null,
    ...change,
  };
}

const officer = {
  id: 'duty',
  name: text('值班员', 'Duty officer'),
  grants: [{ role: 'duty_officer', region: '', unit: '' }],
  may: [
    'read_incidents',
    'open_incident',
    'acknowledge_alert',
    'judge_alert',
    'shelve_alert',
    'declare_maintenance',
    'prepare_warning',
    'send_warning',
    'read_channels',
  ],
};

export class DeskStandIn extends StandIn {
  constructor(upstream) {
    super(upstream);
    this.groups = new Map();
    this.members = [];
    this.warnings = new Map();
    this.windows = [];
    this.incidents = [];
    this.channels = [
      mailChannel(),
      mailChannel({ id: 'horn', label: text('村级广播', 'Loudspeakers'), simulated: true }),
    ];
    this.awaiting = [];
    this.sent = [];
    this.prepared = [];
    this.account = officer;
    this.arrived = true; // Whether deliveries are taken at once.
    this.version = null;
  }

  group(group) {
    this.groups.set(group.id, group);
    this.say('alert_group', group);
  }

  session() {
    return { signed_in: this.account !== null, account: this.account, csrf: 'word', oidc: null };
  }

  body(path, query) {
    const all = [...this.groups.values()];
    const wants = query.get('open');
    switch (path) {
      case '/v1/session':
        return this.session();
      case '/v1/alert-groups': {
        const over = (each) => each.state === 'cleared';
        const groups = all.filter((each) => wants === null || over(each) === (wants === 'false'));
        return { groups, total: groups.length };
      }
      case '/v1/warnings': {
        const warnings = [...this.warnings.values()]
          .filter((each) => !query.has('kind') || each.kind === query.get('kind'))
          .filter((each) => !query.has('group') || each.group === query.get('group'));
        return { warnings: warnings.map(bare), total: warnings.length, awaiting: this.awaiting };
      }
      case '/v1/warnings/refused':
        return { refused: [], next_before: null };
      case '/v1/incidents':
        return { incidents: this.incidents, total: this.incidents.length };
      case '/v1/channels':
        return this.channels;
      case '/v1/maintenance':
        return { maintenance: this.windows };
    }
    const group = /^\/v1\/alert-groups\/([^/]+)(\/alerts)?$/.exec(path);
    if (group !== null && this.groups.has(group[1])) {
      const own = this.groups.get(group[1]);
      if (group[2] !== undefined) return this.membersOf(query);
      const county = { region: own.region, firing: own.firing, total: own.total, things: 5 };
      const lead = this.alerts.get(own.lead_alert) ?? null;
      return { ...own, counties: [county], children: [], caused: [], lead, history: [] };
    }
    const warning = /^\/v1\/warnings\/([^/]+)$/.exec(path);
    if (warning !== null) return this.warnings.get(warning[1]);
    return super.body(path, query);
  }

  membersOf(query) {
    const [limit, offset] = [Number(query.get('limit') ?? 500), Number(query.get('offset') ?? 0)];
    return {
      alerts: this.members.slice(offset, offset + limit),
      total: this.members.length,
    };
  }

  answer(asked, answer) {
    const { pathname } = new URL(asked.url, this.upstream);
    const handled =
      asked.method === 'POST' && /^\/v1\/(alert-groups|warnings|maintenance)(\/|$)/.test(pathname);
    if (!handled) return super.answer(asked, answer);
    let body = '';
    asked.on('data', (part) => (body += part));
    asked.on('end', () => {
      const reply = this.posted(pathname, JSON.parse(body || '{}'), asked.headers);
      answer.writeHead(reply === undefined ? 404 : 201, { 'content-type': 'application/json' });
      answer.end(JSON.stringify(reply ?? { status: 404, title: 'none', detail: 'none' }));
    });
    return undefined;
  }

  posted(path, body, headers) {
    const act = /^\/v1\/alert-groups\/([^/]+)\/(acknowledge|verdict)$/.exec(path);
    if (act !== null) {
      const group = this.groups.get(act[1]);
      const change =
        act[2] === 'verdict'
          ? { verdict: body.verdict, verdict_by: 'duty', note: body.note }
          : { acknowledged: new Date().toISOString(), acknowledged_by: 'duty' };
      this.group({ ...group, ...change, revision: group.revision + 1 });
      return this.groups.get(act[1]);
    }
    if (path === '/v1/warnings/prepare') return this.prepare(body);
    if (path === '/v1/warnings') return this.release(body, headers);
    if (path === '/v1/warnings/awaiting/aw-1/confirm') {
      const [{ wish }] = this.awaiting.splice(0);
      return this.release({ ...wish, digest: body.digest }, headers);
    }
    if (path === '/v1/maintenance') return this.declare(body);
    const end = /^\/v1\/maintenance\/([^/]+)\/end$/.exec(path);
    if (end === null) return undefined;
    const found = this.windows.find((each) => each.id === end[1]);
    const ended = { ended: new Date().toISOString(), ended_by: 'duty', ended_reason: body.reason };
    return Object.assign(found, { state: 'over', ...ended });
  }

  prepare(wish) {
    this.prepared.push(wish);
    const level = wish.level ?? 'orange';
    const codes = wish.regions ?? ['513428'];
    const ends = wish.act === 'cancel' || wish.act === 'all_clear';
    const draft = {
      type: ends ? 'Cancel' : wish.act === 'update' ? 'Update' : 'Alert',
      status: wish.status ?? 'Exercise',
      scope: 'Public',
      level,
      event: text('边坡位移', 'Slope movement'),
      headline: wish.headline ?? text('普格县边坡位移橙色预警', 'Orange warning: slope in Puge'),
      description: wish.description ?? text('3 号边坡加速。', 'Slope 3 accelerates.'),
      instruction: wish.instruction ?? text('远离坡脚。', 'Keep away from the foot.'),
      category: 'Geo',
      event_code: null,
      urgency: 'Immediate',
      severity: 'Severe',
      certainty: 'Observed',
      responses: ['Evacuate'],
      areas: [
        {
          description: text('普格县', 'Puge'),
          geometry: {
            type: 'MultiPolygon',
            coordinates: [
              [
                [
                  [102.5, 27.33],
                  [102.6, 27.33],
                  [102.6, 27.42],
                  [102.5, 27.42],
                  [102.5, 27.33],
                ],
              ],
            ],
          },
          geocodes: codes,
        },
      ],
      wish,
      region: '513428',
      region_label: places['513428'],
      expires_minutes: 1440,
      reach: {
        villages: 12,
        people: 23500,
        estimated: true,
        people_as_of: '2020',
        words: text('村的位置为估计', 'positions of villages are estimates'),
        counties: codes.map((code) => ({ code, label: places[code], may_send: true })),
      },
      findings: [{ weight: 'warning', text: '没有英文应对 / no English instruction' }],
      sendable: true,
      digest: `d${this.prepared.length}`,
      channels: this.channels.map(({ id, label, kind, simulated, enabled, waiting }) => {
        return { id, label, kind, simulated, enabled, waiting, trouble: null };
      }),
      second_person: false,
      previous: [],
    };
    return draft;
  }

  release(body, headers) {
    this.sent.push({ ...body, key: headers['idempotency-key'], csrf: headers['x-cairn-csrf'] });
    const now = new Date().toISOString();
    const before = this.warnings.get(body.warning ?? '') ?? null;
    const number = (before?.messages ?? 0) + 1;
    const identifier = `m-${this.sent.length}`;
    const ends = body.act === 'cancel' || body.act === 'all_clear';
    const warning = {
      id: before?.id ?? `w-${this.warnings.size + 1}`,
      kind: 'open_to_all',
      level: body.level ?? 'orange',
      headline: body.headline ?? text('普格县边坡位移橙色预警', 'Orange warning: slope in Puge'),
      region: '513428',
      region_label: places['513428'],
      sent: before?.sent ?? now,
      expires: new Date(Date.now() + 864e5).toISOString(),
      ended: ends ? now : null,
      expired: false,
      newest: identifier,
      messages: number,
      status: 'Exercise',
      group: body.group ?? before?.group ?? null,
      incident: null,
      by: 'duty',
      chain: [
        ...(before?.chain ?? []),
        {
          identifier,
          number,
          type: ends ? 'Cancel' : 'Alert',
          sent: now,
          expires: now,
          by: 'duty',
          reason: body.reason ?? null,
          href: null,
          findings: [],
        },
      ],
      deliveries: this.channels.map(({ id }) => ({
        channel: id,
        identifier,
        posted: now,
        attempts: 1,
        delivered: this.arrived ? now : null,
        given_up: null,
        trouble: this.arrived ? null : 'connection refused',
        receipt: null,
      })),
      draft: this.prepare({ ...body }),
    };
    this.warnings.set(warning.id, warning);
    this.say('warning', bare(warning));
    return { warning: bare(warning), identifier, deliveries: 2, repeated: false, awaiting: null };
  }

  declare(body) {
    const one = {
      id: `mw-${this.windows.length + 1}`,
      region: body.region === undefined ? null : region(body.region),
      thing: body.thing ?? null,
      type: null,
      rule: body.rule ?? null,
      begin: body.begin ?? new Date().toISOString(),
      end: body.end,
      reason: body.reason,
      by: 'duty',
      state: 'active',
      ended: null,
      ended_by: null,
      ended_reason: null,
    };
    this.windows.unshift(one);
    return one;
  }
}

/** Without what only the warning's own page has. */
function bare({ chain: _, deliveries: __, draft: ___, ...warning }) {
  return warning;
}
