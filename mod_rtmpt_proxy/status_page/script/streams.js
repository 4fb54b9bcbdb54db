// SPDX-License-Identifier: Apache-2.0
// Which sessions belong to one stream: who publishes it, and who plays it. Pure functions.

const has_stream = ({ kind, stream }) => (kind === 'publish' || kind === 'play') && stream !== null && stream !== undefined;

// The lengths keep the names apart, whatever they contain.
const key_of = ({ virtual_host, app, stream }) =>
  `${virtual_host.length} ${app?.length} ${stream.length} ${virtual_host}${app}${stream}`;

const sum_of = (sessions, name) => sessions.reduce((sum, session) => sum + (session[name] || 0), 0);

// A row for a stream that is played, and published by nobody here: what its viewers have in common, and their sums.
function without_publisher(key, viewers) {
  const [{ virtual_host, app, stream, backend }] = viewers;
  const oldest = viewers.reduce((one, other) => (other.age_seconds > one.age_seconds ? other : one));
  return {
    id: `stream ${key}`, virtual: true, missing: true, virtual_host, app, stream, kind: null,
    client: '', user: '', flash_version: null, inspection: 'known', transport: '', way: '', idle_seconds: 0,
    backend: viewers.every((viewer) => viewer.backend === backend) ? backend : '',
    age_seconds: oldest.age_seconds, started: oldest.started,
    receiving_bits_per_second: sum_of(viewers, 'receiving_bits_per_second'),
    sending_bits_per_second: sum_of(viewers, 'sending_bits_per_second'),
    received_bytes: sum_of(viewers, 'received_bytes'), sent_bytes: sum_of(viewers, 'sent_bytes'),
  };
}

// The oldest one: who tries to publish a stream that is published already is new.
const publisher_of = (sessions) => sessions.reduce((found, session) => {
  if (session.kind !== 'publish') return found;
  return found && found.age_seconds >= session.age_seconds ? found : session;
}, null);

// Puts one stream's sessions under its publisher, or under a row that is made for them, and returned.
function arrange_stream(key, sessions) {
  const publisher = publisher_of(sessions);
  if (!publisher && sessions.length === 1) {
    sessions[0].missing = true;
    return null;
  }
  const head = publisher ?? without_publisher(key, sessions);
  head.viewers = sessions.filter(({ kind }) => kind === 'play').length;
  for (const session of sessions) if (session !== head) session.parent = head.id;
  return publisher ? null : head;
}

// Marks each of `sessions` with its place: `parent` is the id of its stream's publisher, which has the number of its
// `viewers`. A stream without a publisher has a row of its own for that, one of `heads`; or, with one viewer alone, that
// viewer is marked as `missing` a publisher.
export function by_stream(sessions) {
  const streams = new Map();
  for (const session of sessions) {
    if (!has_stream(session)) continue;
    const key = key_of(session);
    const found = streams.get(key);
    if (found) found.push(session);
    else streams.set(key, [session]);
  }
  const heads = [...streams].map(([key, members]) => arrange_stream(key, members)).filter(Boolean);
  return { sessions, heads };
}
