// SPDX-License-Identifier: Apache-2.0
// Made-up sites: one as it could be, one of hostile names, one of a thousand sessions.

const kObs = 'FMLE/3.0 (compatible; FMSc/1.0)';
const kFfmpeg = 'FMLE/3.0 (compatible; Lavf59.27.100)';
const kPlayer = 'LNX 9,0,124,2';
const kNode = (number) => `rtmp://10.0.8.1${number}:1935`;

const kConcert = [
  { id: 'k3v9q2m8xa', client: '203.0.113.9', user: 'stage', app: 'live', stream: 'main-stage', kind: 'publish',
    flash_version: kObs, rate: 6_100_000, age_seconds: 8130, backend: kNode(1), transport: 'rtmpts', way: 'pumped' },
  { id: 'b81zk0rt5c', client: '198.51.100.24', app: 'live', stream: 'main-stage', kind: 'play', flash_version: kPlayer,
    rate: 6_150_000, age_seconds: 4075, backend: kNode(1) },
  { id: 'm4c7w1pz9e', client: '2001:db8:4f2:10::a7', app: 'live', stream: 'main-stage', kind: 'play',
    flash_version: kPlayer, rate: 6_130_000, age_seconds: 1312, backend: kNode(1), transport: 'rtmpts', way: 'pumped' },
  { id: 'x0d5h8ny2g', client: '198.51.100.77', app: 'live', stream: 'main-stage', kind: 'play', flash_version: kFfmpeg,
    rate: 6_180_000, age_seconds: 44, backend: kNode(1), way: 'forwarded' },
  { id: 'p7s2t4vj6q', client: '203.0.113.41', user: 'north', app: 'live', stream: 'camera-2', kind: 'publish',
    flash_version: kFfmpeg, rate: 2_450_000, age_seconds: 5410, backend: kNode(2) },
  { id: 'q9f1y6ub3d', client: '192.0.2.150', app: 'live', stream: 'camera-2', kind: 'play', flash_version: kPlayer,
    rate: 2_480_000, age_seconds: 601, backend: kNode(2) },
  { id: 'w2n8e5ka7h', client: '192.0.2.18', app: 'live', stream: 'camera-2', kind: 'play', flash_version: kPlayer,
    rate: 2_440_000, age_seconds: 93784, backend: kNode(2) },
  { id: 'z6j3i9lo1s', virtual_host: 'radio.example.org', client: '203.0.113.200', user: 'studio', app: 'radio',
    stream: 'morning', kind: 'publish', flash_version: kFfmpeg, rate: 192_000, age_seconds: 14250,
    backend: 'rtmp://127.0.0.1:1935' },
  { id: 'd5g0c8rx4m', virtual_host: 'radio.example.org', client: '198.51.100.3', app: 'radio', stream: 'morning',
    kind: 'play', flash_version: kPlayer, rate: 195_000, age_seconds: 2711, backend: 'rtmp://127.0.0.1:1935' },
  { id: 'h1v7b2qe8t', virtual_host: 'radio.example.org', client: '198.51.100.91', app: 'radio', stream: 'morning',
    kind: 'play', flash_version: kPlayer, rate: 193_000, age_seconds: 388, backend: 'rtmp://127.0.0.1:1935' },
  { id: 'c2t5k9wy7n', client: '198.51.100.160', app: 'live', stream: 'side-stage', kind: 'play', flash_version: kPlayer,
    rate: 1_910_000, age_seconds: 967, backend: kNode(2) },
  { id: 'e4m1a8vp3z', client: '192.0.2.77', app: 'live', stream: 'side-stage', kind: 'play', flash_version: kPlayer,
    rate: 1_890_000, age_seconds: 212, backend: kNode(2) },
  { id: 'r8a4o6dw0k', client: '198.51.100.130', app: null, stream: null, kind: null, inspection: 'encrypted',
    rate: 880_000, age_seconds: 725, backend: kNode(2) },
  { id: 'u3l9x7fs5b', client: '203.0.113.66', app: 'live', stream: null, kind: null, inspection: 'looking', rate: 0,
    age_seconds: 1, idle_seconds: 0, backend: kNode(1) },
].map((session) => ({ virtual_host: 'live.example.com', ...session }));

const kBackends = [
  { virtual_host: 'live.example.com', balancer: 'media', url: kNode(1), status: 'ok', drained: false, weight: 2 },
  { virtual_host: 'live.example.com', balancer: 'media', url: kNode(2), status: 'ok', drained: true, weight: 2 },
  { virtual_host: 'live.example.com', balancer: 'media', url: kNode(3), status: 'unhealthy', drained: false, weight: 1 },
  { virtual_host: 'live.example.com', balancer: 'media', url: kNode(4), status: 'standby', drained: false, weight: 1 },
  { virtual_host: 'radio.example.org', balancer: null, url: 'rtmp://127.0.0.1:1935', status: 'ok', drained: false,
    weight: 0.5 },
  { virtual_host: 'radio.example.org', balancer: 'media', url: kNode(1), status: 'ok', drained: false, weight: 1 },
  { virtual_host: null, balancer: 'spare', url: 'rtmpt://198.51.100.200', status: 'disabled', drained: false, weight: 1 },
].map((backend) => ({ failures: backend.status === 'unhealthy' ? 7 : 0, ...backend }));

export const concert = () => ({
  sessions: kConcert, backends: kBackends, uptime_seconds: 266_400,
  refusals: { 'backend unreachable': 3, 'too many sessions of one client': 11 },
});

// Two publishers and a player, as a test of the real server begins.
export const two_streams = () => ({
  sessions: [kConcert[0], kConcert[1], kConcert[4]].map((session, index) =>
    ({ ...session, stream: ['cam1', 'cam1', 'cam2'][index], age_seconds: 5 + index })),
  backends: kBackends, uptime_seconds: 600,
});

// Streams in every state: with a publisher and viewers, with two publishers, without one, and with a single viewer alone.
export const streams = () => ({
  sessions: [
    ['p1', 'main', 'publish', 100], ['v1', 'main', 'play', 50], ['v2', 'main', 'play', 60],
    ['p2', 'twice', 'publish', 10], ['p3', 'twice', 'publish', 90], ['v3', 'orphans', 'play', 40],
    ['v4', 'orphans', 'play', 30], ['v5', 'alone', 'play', 20], ['p4', 'quiet', 'publish', 5],
  ].map(([id, stream, kind, age_seconds]) => ({
    id, stream, kind, age_seconds, virtual_host: 'live.example.com', client: `192.0.2.${age_seconds}`, app: 'live',
    flash_version: kPlayer, rate: 1_000_000, backend: kNode(1),
  })).concat({ id: 'elsewhere', stream: 'main', kind: 'play', age_seconds: 70, virtual_host: 'other.example.com',
    client: '192.0.2.200', app: 'live', flash_version: kPlayer, rate: 1_000_000, backend: kNode(1) }),
  backends: kBackends, uptime_seconds: 600,
});

// Each would run, overlap or stretch if it were shown in another way than as text.
export const kHostileNames = [
  '<script>document.title="run"</script>', '"><img src=x onerror=alert(1)>', "' onmouseover='alert(2)", '</td></tr></table>',
  '\u202Eevil\u2066mirror', '\u05E9\u05DC\u05D5\u05DD', 'line\nbreak\u0000nul\u0007bell\u001b[31m', 'x'.repeat(255),
  '\uD83C\uDFA5'.repeat(60), 'javascript:alert(3)', '${alert(4)}{{alert(5)}}', '\u200B', '', '__proto__', 'constructor',
];

export const hostile = () => ({
  server: kHostileNames[0],
  sessions: kHostileNames.map((name, index) => ({
    id: `hostile${index}`, client: `2001:db8:ffff:ffff:ffff:ffff:ffff:${index}`, user: name, virtual_host: name, app: name,
    stream: name, kind: index % 2 ? 'play' : 'publish', flash_version: name, backend: `rtmp://${name}:1935`, way: name,
    age_seconds: index,
  })),
  backends: kHostileNames.map((name) =>
    ({ virtual_host: name, balancer: name, url: `rtmp://${name}`, status: name, drained: true, weight: 1 })),
  refusals: Object.fromEntries(kHostileNames.map((name, index) => [name, index + 1])),
});

// Every name of a session that its client chooses is one of the hostile ones, in every hundredth session.
const hostile_names = (index) => {
  if (index % 100 !== 50) return {};
  const name = kHostileNames[(index / 50 | 0) % kHostileNames.length];
  return { user: name, app: name, stream: name, flash_version: name };
};

export const many = (sessions) => ({
  sessions: Array.from({ length: sessions }, (_, index) => ({
    id: `s${String(index).padStart(9, '0')}`, virtual_host: `host${index % 7}.example.com`, user: index % 3 ? '' : `user${index}`,
    client: `198.51.${index >> 8}.${index % 256}`, app: 'live', stream: `camera-${index % 90}`,
    kind: index % 10 ? 'play' : 'publish', flash_version: kPlayer, rate: 300_000 + (index % 50) * 40_000,
    age_seconds: (index * 37) % 9000, backend: kNode(index % 4), ...hostile_names(index),
  })),
  backends: kBackends, uptime_seconds: 9000,
});
