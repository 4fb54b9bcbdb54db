// SPDX-License-Identifier: Apache-2.0
// What the table of media servers shows, each once, and why sessions were refused.
import { element, set_attribute, set_hidden, set_text } from './dom.js';
import { count, visible } from './format.js';
import { fill_lines, fill_toggle } from './rows.js';

const kPorts = { 'rtmp:': '1935', 'rtmps:': '443', 'rtmpt:': '80' };
const kIll = ['error', 'unhealthy'];
// How many places of the configuration are listed; the others are counted.
const kMostUses = 3;

// The same for a URL with the scheme's own port and for one without a port.
function server_key(url) {
  try {
    const { protocol, hostname, port } = new URL(url);
    return kPorts[protocol] ? `${protocol} ${hostname} ${port || kPorts[protocol]}` : url;
  } catch {
    return url; // no URL at all
  }
}

// Where the configuration names the server: ["live.example.com", ", balancer media"].
const use_of = ({ virtual_host, balancer }) => [
  virtual_host === null ? 'every host' : visible(virtual_host), balancer === null ? '' : `, balancer ${visible(balancer)}`,
];

// Each media server once, with what it is in each place of the configuration: {id, url, uses, statuses, drained, sessions,
// failures, weights}. `sessions` and `failures` of the document are those of all places already.
export function servers_of(backends) {
  const servers = new Map();
  for (const backend of backends) {
    const id = server_key(backend.url);
    const { url, drained, sessions, failures } = backend;
    const server = servers.get(id) ?? { id, url, uses: [], statuses: new Map(), weights: new Set(), drained, sessions, failures };
    servers.set(id, server);
    server.uses.push(use_of(backend));
    server.statuses.set(backend.status, (server.statuses.get(backend.status) ?? 0) + 1);
    server.weights.add(backend.weight ?? '');
  }
  return [...servers.values()];
}

const is_ill = ({ statuses }) => kIll.some((status) => statuses.has(status));

const health_of = ({ statuses, drained }) => [...statuses.keys(), ...(drained ? ['drained'] : [])].sort().join(', ');

// One badge for each condition; where the places do not agree, with how many have it.
function fill_health(cell) {
  let shown = '';
  return (server) => {
    const badges = [...server.statuses].map(([status, places]) =>
      ({ status, text: server.statuses.size > 1 ? `${visible(status)} \u00d7 ${places}` : visible(status) }));
    if (server.drained) badges.push({ status: 'drained', text: 'drained' });
    if (shown === JSON.stringify(badges)) return;
    shown = JSON.stringify(badges);
    cell.replaceChildren(...badges.map(({ status, text }) =>
      element('span', { class: 'badge health', 'data-status': status }, text)));
  };
}

const use_line = ([host, balancer]) =>
  element('bdi', { class: 'line1' }, host, element('span', { class: 'balancer' }, balancer));

function fill_uses(cell) {
  let shown = '';
  return ({ uses }) => {
    const all = uses.map((use) => use.join('')).join('\n');
    if (shown === all) return;
    shown = all;
    const left_out = uses.length > kMostUses + 1 ? uses.length - kMostUses : 0;
    const lines = uses.slice(0, uses.length - left_out).map(use_line);
    if (left_out > 0) lines.push(element('bdi', { class: 'line1' }, `and ${count(left_out)} more`));
    set_attribute(cell, 'title', left_out > 0 ? all : '');
    cell.replaceChildren(...lines);
  };
}

function fill_sessions(cell) {
  const number = element('span');
  const unit = element('span', { class: 'unit' });
  cell.append(element('span', {}, number, unit));
  return ({ sessions }) => {
    set_text(number, count(sessions));
    set_text(unit, sessions === 1 ? ' session' : ' sessions');
  };
}

// "Drain", or "Enable" where it is drained.
function fill_order(orders) {
  return (cell, row) => {
    const button = orders.button('', 'drain', () =>
      (row.item.drained ? orders.enable(row.item) : orders.ask_to_drain(row.item)));
    cell.append(button);
    return ({ url, drained }) => {
      button.hidden = url.startsWith('hub:'); // no other server could take its streams
      set_text(button, drained ? 'Enable' : 'Drain');
      set_attribute(button, 'aria-label', `${drained ? 'Enable' : 'Drain'} ${visible(url)}`);
    };
  };
}

const weight_text = ({ weights }) => [...weights].join(', ');

export const backend_columns = (orders) => [
  { key: 'toggle', title: 'Details', fill: fill_toggle(({ url }) => `details of ${visible(url)}`) },
  { key: 'url', title: 'Server', value: ({ url }) => url, fill: fill_lines(({ url }) => [visible(url), '']) },
  { key: 'use', title: 'Used by', value: ({ uses }) => uses[0].join(''), fill: fill_uses },
  { key: 'health', title: 'Health', value: health_of, fill: fill_health },
  { key: 'sessions', title: 'Sessions', numeric: true, value: ({ sessions }) => sessions, fill: fill_sessions },
  { key: 'failures', title: 'Failures', hint: 'attempts to open a session that failed, since the gateway started',
    numeric: true, value: ({ failures }) => failures ?? 0, fill: fill_lines(({ failures }) => [count(failures), '']) },
  { key: 'weight', title: 'Weight', hint: 'loadfactor', numeric: true, value: ({ weights }) => Math.max(...weights),
    fill: fill_lines((server) => [weight_text(server), '']) },
  { key: 'order', title: 'Drain', fill: fill_order(orders) },
];

// "4", or "1 of 4 unhealthy, 1 drained".
export function servers_summary(servers) {
  const ill = servers.filter(is_ill).length;
  const drained = servers.filter((server) => server.drained).length;
  const health = ill === 0 ? count(servers.length) : `${count(ill)} of ${count(servers.length)} unhealthy`;
  return drained === 0 ? health : `${health}, ${count(drained)} drained`;
}

// Fills the list of refusals with reason and count, the most frequent first.
export function show_refusals(panel, list, refusals) {
  const found = Object.entries(refusals ?? {}).filter(([, times]) => times > 0).sort((a, b) => b[1] - a[1]);
  set_hidden(panel, found.length === 0);
  const text = JSON.stringify(found);
  if (list.dataset.shown === text) return;
  list.dataset.shown = text;
  list.replaceChildren(...found.map(([reason, times]) =>
    element('li', {}, element('b', {}, count(times)), ' ', element('bdi', {}, visible(reason)))));
}
