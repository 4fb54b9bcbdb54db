// SPDX-License-Identifier: Apache-2.0
// A gateway's sessions as the status document has them, made up: bytes grow and ages advance with the real time.

const kIntervalSeconds = 2;
const kHistory = 30;

const seconds_since = (time) => Math.floor((Date.now() - time) / 1000);

class MockSession {
  #fields;
  #started;
  #rate;
  #base_bytes;
  #phase = Math.random() * 10;

  // `rate` in bit/s; `age_seconds` says how long it runs already.
  constructor({ rate = 1_200_000, age_seconds = 0, ...fields }) {
    this.#fields = fields;
    this.#rate = rate;
    this.#started = Date.now() - age_seconds * 1000;
    this.#base_bytes = fields.kind === 'publish' ? 3400 : 3700;
  }

  // An encoder's bit rate: a key frame's wave, some noise, and a rise in the first seconds.
  #rate_at(seconds) {
    if (seconds < 0) return 0;
    const wave = 1 + 0.1 * Math.sin(seconds / 5 + this.#phase) + 0.09 * Math.sin(seconds * 1.7 + this.#phase * 3);
    return Math.round(this.#rate * wave * Math.min(1, (seconds + 1) / 3));
  }

  document(now) {
    const age = (now - this.#started) / 1000;
    const publishes = this.#fields.kind === 'publish';
    const rate = this.#rate_at(age);
    const media = this.#base_bytes + Math.round((this.#rate / 8) * age);
    const small = 3200 + Math.round(age * 12);
    const [received_bytes, sent_bytes] = publishes ? [media, small] : [small, media];
    const times = Array.from({ length: kHistory }, (_, index) => age - (kHistory - 1 - index) * kIntervalSeconds);
    return {
      user: '', transport: 'rtmpt', way: 'handed over', inspection: 'known', flash_version: null, idle_seconds: 0,
      ...this.#fields,
      started: new Date(this.#started).toISOString(), age_seconds: Math.floor(age),
      requests: Math.round(age * 22) + 3, received_bytes, sent_bytes,
      receiving_bits_per_second: publishes ? rate : 96, sending_bits_per_second: publishes ? 0 : rate,
      history: {
        interval_seconds: kIntervalSeconds,
        bits_per_second: times.filter((time) => time >= 0).map((time) => this.#rate_at(time)),
      },
    };
  }
}

export class MockGateway {
  #sessions = new Map();
  #started;
  #ended = 0;
  backends;
  refusals;
  bans = [];
  server;

  constructor({ sessions = [], backends = [], refusals = {}, server = 'live.example.com', uptime_seconds = 0 } = {}) {
    this.#started = Date.now() - uptime_seconds * 1000;
    this.backends = backends.map((backend) => ({ ...backend }));
    this.refusals = refusals;
    this.server = server;
    for (const session of sessions) this.add(session);
  }

  add(fields) {
    this.#sessions.set(fields.id, new MockSession(fields));
  }

  // Whether there was such a session.
  end(id) {
    const found = this.#sessions.delete(id);
    if (found) this.#ended += 1;
    return found;
  }

  // Whether there was such a session. Its client is banned.
  ban(id) {
    const client = this.#sessions.get(id)?.document(Date.now()).client;
    if (!this.end(id)) return false;
    this.bans.push({ number: this.bans.length + 1, virtual_host: this.server, client, stream: null, left_seconds: 600, refusals: 0 });
    return true;
  }

  // Whether there is such a media server.
  drain(url, drained) {
    const found = this.backends.filter((backend) => backend.url === url);
    for (const backend of found) backend.drained = drained;
    return found.length > 0;
  }

  // As it is at `now`, in ms since 1970.
  document(control_allowed, now = Date.now()) {
    const sessions = [...this.#sessions.values()].map((session) => session.document(now));
    const sum = (key) => sessions.reduce((total, session) => total + session[key], 0);
    const of_kind = (kind) => sessions.filter((session) => session.kind === kind).length;
    const before = Math.floor((Date.now() - this.#started) / 60_000);
    return {
      version: 1, time: new Date().toISOString(), server: this.server, control_allowed,
      gateway: {
        version: '0.1.0', pid: 2417, started: new Date(this.#started).toISOString(),
        uptime_seconds: seconds_since(this.#started), event_loops: 2,
        descriptors_used: 31 + 2 * sessions.length, descriptors_limit: 65536, retiring: false,
        lost_log_lines: 0,
      },
      totals: {
        sessions: sessions.length, publishing: of_kind('publish'), playing: of_kind('play'), other: of_kind(null),
        sessions_opened: sessions.length + this.#ended + before, sessions_ended: this.#ended + before,
        sessions_refused: Object.values(this.refusals).reduce((total, times) => total + times, 0),
        requests: sum('requests') + before * 9000,
        received_bytes: sum('received_bytes') + before * 11_000_000, sent_bytes: sum('sent_bytes') + before * 64_000_000,
        receiving_bits_per_second: sum('receiving_bits_per_second'),
        sending_bits_per_second: sum('sending_bits_per_second'),
      },
      sessions, refusals: this.refusals, bans: this.bans,
      backends: this.backends.map((backend) =>
        ({ ...backend, sessions: sessions.filter((session) => session.backend === backend.url).length })),
    };
  }
}
