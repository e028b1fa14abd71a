// SPDX-License-Identifier: Apache-2.0
// A stand-in for those who answer for incidents: sessions, two accounts, one incident and its
// workflow. With it a test decides who was first, when the line is cut and when a session ends.
import { StandIn } from './engine.mjs';

const text = (zh, en) => ({ zh, en });
export const unit = {
  id: '513428-emergency',
  label: text('普格县应急管理局', 'Puge emergency office'),
};
const labels = {
  dispatched: text('任务派遣', 'Dispatched'),
  handling: text('任务处置', 'Handling'),
  paused: text('挂起', 'Paused'),
  checking: text('核查结案', 'Checking'),
  closed: text('结案', 'Closed'),
};
const at = (id) => ({ id, label: labels[id] });

/** What leads on: from, event, to, fields, who, and when it is refused. */
const steps = [
  {
    from: 'dispatched',
    event: 'accept',
    to: 'handling',
    wants: [],
    takes: [],
    by: 'unit',
    zh: '接收',
  },
  {
    from: 'dispatched',
    event: 'return',
    to: 'dispatched',
    wants: ['unit', 'reason'],
    takes: [],
    by: 'unit',
    zh: '退回并指明单位',
  },
  {
    from: 'handling',
    event: 'pause',
    to: 'paused',
    wants: ['reason'],
    takes: [],
    by: 'unit',
    zh: '挂起',
  },
  { from: 'paused', event: 'resume', to: 'handling', wants: [], takes: [], by: 'unit', zh: '恢复' },
  {
    from: 'handling',
    event: 'done',
    to: 'checking',
    wants: [],
    takes: ['text'],
    by: 'unit',
    zh: '办结',
    proof: true,
  },
  {
    from: 'checking',
    event: 'passed',
    to: 'closed',
    wants: [],
    takes: ['text'],
    by: 'checker',
    zh: '核查通过',
  },
];
const people = {
  puge: {
    name: text('普格值班', 'Puge crew'),
    role: 'unit',
    unit: unit.id,
    region: '513428',
    may: ['read_incidents', 'open_incident', 'handle_incident'],
  },
  checker: {
    name: text('核查员', 'Checker'),
    role: 'checker',
    unit: '',
    region: '',
    may: ['read_incidents', 'check_incident'],
  },
};

export class Office extends StandIn {
  constructor(upstream) {
    super(upstream);
    this.who = '';
    this.csrf = 0;
    this.state = 'dispatched';
    this.entries = [];
    this.evidence = [];
    this.done = new Map();
    /** What was asked for, with its key. */
    this.commands = [];
    /** Requests of commands that are cut off before, or after, they are done. */
    this.cut = { before: 0, after: 0 };
    this.add('opened', 'system/alerts', text('立案', 'Opened'), [], [at('dispatched')], '位移加速');
  }

  add(kind, actor, label, from, to, reason, fields = {}) {
    const name = people[actor]?.name ?? text('系统', 'System');
    const known = actor.startsWith('system') ? 'system' : 'person';
    const entry = { number: this.entries.length + 1, kind, at: new Date().toISOString() };
    this.entries.push({
      ...entry,
      ...{ actor: { id: actor, name, kind: known }, event: '', label, from, to, reason, fields },
    });
  }

  /** Somebody else was first. */
  elsewhere(event, actor) {
    const step = steps.find((each) => each.event === event && each.from === this.state);
    this.add('step', actor, text(step.zh, event), [at(step.from)], [at(step.to)], '已电话联系');
    this.state = step.to;
  }

  session() {
    const person = people[this.who];
    return {
      signed_in: person !== undefined,
      account:
        person === undefined
          ? null
          : {
              ...{ id: this.who, name: person.name, may: person.may, must_change_password: false },
              grants: [{ role: person.role, region: person.region, unit: person.unit }],
            },
      csrf: person === undefined ? null : `word-${this.csrf}`,
      oidc: null,
      demo_accounts: Object.entries(people).map(([name, { name: label }]) => ({
        ...{ name, label, password: 'only for show' },
      })),
    };
  }

  incident() {
    const due = new Date(Date.now() + 80 * 60e3).toISOString();
    const closed = this.state === 'closed' ? new Date().toISOString() : null;
    return {
      ...{ id: 'I-20261121-0001', kind: 'slope_movement', workflow: 'office', origin: 'alert' },
      kind_label: text('边坡变形', 'Slope movement'),
      ...{ title: '普格示范站边坡位移加速', text: '省道旁', region: '513428', estimated: true },
      region_label: text('普格县', 'Puge'),
      position: { lon: 102.541, lat: 27.377 },
      ...{ group: null, unit, fallback: false, states: [at(this.state)], closed },
      route_reason: text('普格县应急管理局管这里', 'It answers for this place'),
      ...{ opened: this.entries[0].at, changed: this.entries.at(-1).at },
      ...{ duplicate_of: null, duplicates: [], level: 'orange', light: 'yellow' },
      ...{ due: closed === null ? due : null, due_state: at(this.state), urgent: true },
      ...{ paused: this.state === 'paused', evidence: this.evidence.length, reopened: 0 },
      version: this.entries.length,
    };
  }

  detail() {
    const role = people[this.who]?.role;
    const choices = steps
      .filter((step) => step.from === this.state)
      .map(({ event, wants, takes, by, zh, proof }) => ({
        ...{ event, label: text(zh, event), wants, takes, by: [by], allowed: by === role },
        refusal: proof && this.evidence.length === 0 ? text('还没有证据', 'no evidence yet') : null,
      }));
    return {
      ...{ incident: this.incident(), choices, timeline: this.entries, evidence: this.evidence },
      ...{ deadlines: [], group: null, warnings: [] },
    };
  }

  workflow() {
    const ids = Object.keys(labels);
    return {
      ...{ id: 'office', version: 1, label: text('处置', 'Work') },
      states: ids.map((id) => ({
        ...{ id, label: labels[id], kind: id === 'closed' ? 'final' : 'atomic', parent: null },
        ...{ pauses: id === 'paused', closed: id === 'closed', deadline: null },
      })),
      transitions: steps.map(({ from, to, event, by }) => ({
        ...{ from, to: [to], events: [event], label: text('', ''), by: [by], guard: '' },
      })),
    };
  }

  body(path, query) {
    if (path === '/v1/session') return this.session();
    if (path === '/v1/incidents') return { incidents: [this.incident()], total: 1 };
    if (path === '/v1/workflows/office') return this.workflow();
    if (path === '/v1/units') {
      const more = { region: '513428', region_label: text('普格县', 'Puge'), kind: 'emergency' };
      return { units: [{ ...unit, ...more, desk: false, sample: true }] };
    }
    if (path === '/v1/incident-kinds') return { kinds: [] };
    if (path === '/v1/incidents/board') {
      const load = { open: 1, yellow: 1, red: 0, overdue: 0, paused: 0 };
      return { units: [{ unit, ...load, oldest: this.entries[0].at }] };
    }
    if (path === `/v1/incidents/${this.incident().id}`) return this.detail();
    return super.body(path, query);
  }

  answer(asked, answer) {
    const { pathname } = new URL(asked.url, this.upstream);
    const mine = pathname.startsWith('/v1/incidents') || pathname.startsWith('/v1/session');
    if (asked.method === 'GET' || !mine) {
      if (asked.method === 'GET' && pathname.startsWith('/v1/incidents') && this.who === '') {
        return this.say_no(answer, 401, '请先登录');
      }
      return super.answer(asked, answer);
    }
    const parts = [];
    asked.on('data', (part) => parts.push(part));
    asked.on('end', () => this.write(asked, Buffer.concat(parts), pathname, answer));
  }

  say_no(answer, status, detail, more = {}) {
    const type = { 'content-type': 'application/problem+json' };
    answer.writeHead(status, type).end(JSON.stringify({ title: detail, status, detail, ...more }));
  }
  give(answer, status, body) {
    answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  write(asked, bytes, path, answer) {
    if (path === '/v1/session' && asked.method === 'POST') {
      const { name, password } = JSON.parse(bytes.toString());
      if (people[name] === undefined || password !== 'only for show') {
        return this.say_no(answer, 403, 'wrong');
      }
      this.who = name;
      this.csrf++;
      return this.give(answer, 200, this.session());
    }
    if (path === '/v1/session') {
      this.who = '';
      return answer.writeHead(204).end();
    }
    if (this.cut.before > 0) {
      this.cut.before--;
      return asked.socket.destroy();
    }
    if (this.who === '') return this.say_no(answer, 401, '请先登录');
    if (asked.headers['x-cairn-csrf'] !== `word-${this.csrf}`) {
      return this.say_no(answer, 403, 'csrf');
    }
    const key = asked.headers['idempotency-key'] ?? '';
    this.commands.push({ path, key });
    const known = this.done.get(key);
    const outcome = known ?? this.act(path, bytes, asked);
    if (outcome.status < 300 && key !== '') this.done.set(key, outcome);
    if (this.cut.after > 0) {
      this.cut.after--;
      return asked.socket.destroy();
    }
    if (outcome.status >= 300) this.say_no(answer, outcome.status, outcome.detail, outcome.more);
    else this.give(answer, outcome.status, outcome.body);
  }

  act(path, bytes, asked) {
    const outcome = () => ({
      status: 200,
      body: { id: this.incident().id, entry: this.entries.length, states: [], repeated: false },
    });
    if (path.endsWith('/notes')) {
      const words = JSON.parse(bytes.toString()).text;
      this.add('note', this.who, text('备注', 'Note'), [], [], words);
      return { ...outcome(), status: 201 };
    }
    if (path.endsWith('/files')) {
      const id = `sha-${bytes.length}`;
      const name = new URL(asked.url, this.upstream).searchParams.get('name');
      const type = asked.headers['content-type'];
      const file = { id, name, type, size_bytes: bytes.length, at: new Date().toISOString() };
      this.evidence.push({ ...file, actor: this.who, personal: false, url: '/favicon.svg' });
      this.add('evidence', this.who, text('文件', 'File'), [], [], '', { sha256: id, name });
      return { status: 201, body: this.evidence.at(-1) };
    }
    const { event, fields, version } = JSON.parse(bytes.toString());
    if (version !== this.entries.length) {
      const more = { version: this.entries.length, meanwhile: this.entries.slice(version) };
      return { status: 409, detail: '别人先有了动作', more };
    }
    const step = steps.find((each) => each.event === event && each.from === this.state);
    if (step === undefined) return { status: 409, detail: '流程现在不允许' };
    const [from, to] = [[at(this.state)], [at(step.to)]];
    this.add('step', this.who, text(step.zh, event), from, to, fields.reason ?? fields.text ?? '');
    this.state = step.to;
    return outcome();
  }
}
