// SPDX-License-Identifier: Apache-2.0
// What the table of sessions shows.
import { Curve } from './curve.js';
import { element, set_attribute, set_hidden, set_text } from './dom.js';
import { bit_rate, byte_size, counted, duration, visible } from './format.js';
import { fill_lines, fill_toggle, two_lines } from './rows.js';

// A shorter silence is nothing to tell: a client's own polls are up to half a second apart.
const kIdleSeconds = 5;

const kUnknownStream = new Map([
  ['looking', 'not known yet'], ['encrypted', 'encrypted'], ['unparsable', 'not understood'], ['gave-up', 'not found out'],
]);

const rate_of = (session) => (session.receiving_bits_per_second || 0) + (session.sending_bits_per_second || 0);

const bytes_of = (session) => (session.received_bytes || 0) + (session.sent_bytes || 0);

// "live/cam1", or nothing while it is not known.
export function stream_of({ app, stream }) {
  if (app === null || app === undefined) return visible(stream);
  return stream === null || stream === undefined ? visible(app) : `${visible(app)}/${visible(stream)}`;
}

// Sessions that are equal in what they are sorted by: a stream's publisher stands before its players.
export const session_rank = ({ kind }) => ({ publish: 0, play: 1 })[kind] ?? 2;

// What the filter box looks at.
export const session_text = (session) =>
  [visible(session.client), visible(session.user), visible(session.virtual_host), stream_of(session),
    visible(session.backend), session.kind ?? ''].join('\n');

// "h264 1280\u00d7720, aac"; nothing while it is not known.
function media_of({ flow }) {
  if (!flow) return '';
  const size = flow.width && flow.height ? `${flow.width}\u00d7${flow.height}` : '';
  return [[visible(flow.video_codec), size].filter(Boolean).join(' '), visible(flow.audio_codec)].filter(Boolean).join(', ');
}

function fill_stream(cell) {
  const show = two_lines(cell);
  return (session) => {
    const name = stream_of(session);
    const why = kUnknownStream.get(session.inspection) ?? '';
    cell.classList.toggle('unknown', name === '');
    show(name || why || 'no name', media_of(session) || visible(session.flash_version) || (name && why));
  };
}

// Players begin with a key frame, so a stream without one for so long cannot be joined.
const kLateKeyFrameMs = 12000;

// Less waits now and then when all is well: a client of RTMPT asks for its bytes a few times a second.
const kMuchWaitingBytes = 65536;

// Why a stream may stutter; nothing when all is well.
function trouble_of({ flow }) {
  if (!flow) return '';
  if (flow.waiting_for_backend_bytes > kMuchWaitingBytes) return `${byte_size(flow.waiting_for_backend_bytes)} wait for the server`;
  if (flow.waiting_for_client_bytes > kMuchWaitingBytes) return `${byte_size(flow.waiting_for_client_bytes)} wait for the client`;
  if (flow.key_frame_age_ms > kLateKeyFrameMs) return `no key frame for ${duration(Math.floor(flow.key_frame_age_ms / 1000))}`;
  return '';
}

const kNoPublisher = 'no publisher';
const kNoPublisherHint = 'Nobody publishes this stream through this server. It may reach the media server another way.';

// What the client does, and how many viewers its stream has.
function fill_kind(cell) {
  const badge = element('span', { class: 'badge kind' });
  const small = element('span', { class: 'line2' });
  cell.append(badge, small);
  return ({ kind, missing, virtual, viewers }) => {
    set_text(badge, virtual ? kNoPublisher : kind || '\u2013');
    set_attribute(badge, 'data-kind', virtual ? 'missing' : kind ?? '');
    badge.classList.toggle('unpublished', Boolean(missing));
    const viewed = viewers > 0 ? counted(viewers, 'viewer') : '';
    set_text(small, missing && !virtual ? kNoPublisher : viewed);
    set_hidden(small, small.textContent === '');
    set_attribute(cell, 'title', missing ? kNoPublisherHint : '');
  };
}

function fill_age(cell) {
  const show = two_lines(cell);
  return (session) => {
    const idle = session.idle_seconds >= kIdleSeconds ? `idle ${duration(session.idle_seconds)}` : '';
    show(duration(session.age_seconds), trouble_of(session) || idle, `since ${new Date(session.started).toLocaleString()}`);
  };
}

function fill_rate(cell) {
  const number = element('span', { class: 'number' });
  const curve = new Curve({ width: 64, height: 22, places: 30, name: 'small' });
  cell.append(curve.node, number);
  return (session) => {
    set_text(number, bit_rate(rate_of(session)));
    curve.draw(session.history?.bits_per_second ?? []);
  };
}

function fill_bytes(cell) {
  const show = two_lines(cell);
  return (session) => show(`in ${byte_size(session.received_bytes)}`, `out ${byte_size(session.sent_bytes)}`);
}

function fill_backend(cell) {
  const show = two_lines(cell);
  return (session) => show(visible(session.backend), [session.transport, session.tls_protocol, session.way].filter(Boolean).map(visible).join(', '));
}

// A row of a stream that nobody publishes is no session.
function fill_end(orders) {
  return (cell, row) => {
    const button = orders.button('End', 'end', () => orders.ask_to_end(row.item));
    cell.append(button);
    return (session) => {
      set_hidden(button, Boolean(session.virtual));
      set_attribute(button, 'aria-label', `End ${stream_of(session) || 'session'} of ${visible(session.client)}`);
    };
  };
}

// "3 viewers and details of live/cam1".
function toggle_name(session, inner) {
  const others = inner > 0 ? `${counted(inner, session.viewers === inner ? 'viewer' : 'session')} and ` : '';
  return `${others}details of ${stream_of(session) || visible(session.client)}`;
}

export const session_columns = (orders) => [
  { key: 'toggle', title: 'Details', fill: fill_toggle(toggle_name) },
  { key: 'stream', title: 'Stream', value: stream_of, fill: fill_stream },
  { key: 'kind', title: 'Kind', value: ({ kind }) => kind ?? '', fill: fill_kind },
  { key: 'host', title: 'Host', value: ({ virtual_host }) => virtual_host,
    fill: fill_lines(({ virtual_host }) => [visible(virtual_host), '']) },
  { key: 'client', title: 'Client', value: ({ client }) => client,
    fill: fill_lines(({ client, user }) => [visible(client) || '\u2013', visible(user)]) },
  { key: 'backend', title: 'Server', value: ({ backend }) => backend, fill: fill_backend },
  { key: 'age', title: 'Age', numeric: true, value: ({ age_seconds }) => age_seconds, fill: fill_age },
  { key: 'rate', title: 'Bit rate', hint: 'both directions together, with the last minute', numeric: true,
    value: rate_of, fill: fill_rate },
  { key: 'bytes', title: 'Bytes', hint: 'in: from the client; out: to the client', numeric: true, value: bytes_of,
    fill: fill_bytes },
  { key: 'end', title: 'End', fill: fill_end(orders) },
];
