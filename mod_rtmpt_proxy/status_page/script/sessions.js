// What the table of sessions shows.
import { Curve } from './curve.js';
import { element, set_attribute, set_text } from './dom.js';
import { bit_rate, byte_size, duration, visible } from './format.js';
import { fill_lines, two_lines } from './table.js';

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

function fill_stream(cell) {
  const show = two_lines(cell);
  return (session) => {
    const name = stream_of(session);
    const why = kUnknownStream.get(session.inspection) ?? '';
    cell.classList.toggle('unknown', name === '');
    show(name || why || 'no name', visible(session.flash_version) || (name && why));
  };
}

function fill_kind(cell) {
  const badge = element('span', { class: 'badge kind' });
  cell.append(badge);
  return (session) => {
    const kind = session.kind ?? '';
    set_text(badge, kind || '\u2013');
    set_attribute(badge, 'data-kind', kind);
  };
}

function fill_age(cell) {
  const show = two_lines(cell);
  return (session) => {
    const idle = session.idle_seconds >= kIdleSeconds ? `idle ${duration(session.idle_seconds)}` : '';
    show(duration(session.age_seconds), idle, `since ${new Date(session.started).toLocaleString()}`);
  };
}

function fill_rate(cell) {
  const number = element('span', { class: 'number' });
  const curve = new Curve({ width: 64, height: 22, places: 30, name: 'small' });
  cell.append(number, curve.node);
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
  return (session) => show(visible(session.backend), [session.transport, session.way].filter(Boolean).map(visible).join(', '));
}

// `ask_to_end(session)` is called when the reader presses a row's button.
function fill_end(ask_to_end) {
  return (cell, row) => {
    const button = element('button', { type: 'button', class: 'end' }, 'End');
    button.addEventListener('click', () => ask_to_end(row.item));
    cell.append(button);
    return (session) =>
      set_attribute(button, 'aria-label', `End ${stream_of(session) || 'session'} of ${visible(session.client)}`);
  };
}

export const session_columns = (ask_to_end) => [
  { key: 'client', title: 'Client', value: ({ client }) => client,
    fill: fill_lines(({ client, user }) => [visible(client), visible(user)]) },
  { key: 'host', title: 'Host', value: ({ virtual_host }) => virtual_host,
    fill: fill_lines(({ virtual_host }) => [visible(virtual_host), '']) },
  { key: 'stream', title: 'Stream', value: stream_of, fill: fill_stream },
  { key: 'kind', title: 'Kind', value: ({ kind }) => kind ?? '', fill: fill_kind },
  { key: 'backend', title: 'Backend', value: ({ backend }) => backend, fill: fill_backend },
  { key: 'age', title: 'Age', numeric: true, value: ({ age_seconds }) => age_seconds, fill: fill_age },
  { key: 'rate', title: 'Bit rate', hint: 'both directions together, with the last minute', numeric: true,
    value: rate_of, fill: fill_rate },
  { key: 'bytes', title: 'Bytes', hint: 'in: from the client; out: to the client', numeric: true, value: bytes_of,
    fill: fill_bytes },
  { key: 'end', title: 'End', fill: fill_end(ask_to_end) },
];
