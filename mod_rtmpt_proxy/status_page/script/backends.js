// What the table of backends shows: balancers' members and single servers, and why sessions were refused.
import { element, set_attribute, set_hidden, set_text } from './dom.js';
import { count, visible } from './format.js';
import { fill_lines } from './table.js';

export const backend_id = ({ virtual_host, balancer, url }) => JSON.stringify([virtual_host, balancer, url]);

const health_of = ({ status, drained }) => (drained ? `${status}, drained` : status);

function fill_health(cell) {
  const status_badge = element('span', { class: 'badge health' });
  const drained_badge = element('span', { class: 'badge health', 'data-status': 'draining', hidden: '' }, 'drained');
  cell.append(status_badge, ' ', drained_badge);
  return ({ status, drained }) => {
    set_text(status_badge, visible(status));
    set_attribute(status_badge, 'data-status', status);
    set_hidden(drained_badge, !drained);
  };
}

export const backend_columns = () => [
  { key: 'balancer', title: 'Balancer', value: ({ balancer }) => balancer ?? '',
    fill: fill_lines(({ balancer }) => [balancer === null ? 'single server' : visible(balancer), '']) },
  { key: 'host', title: 'Host', value: ({ virtual_host }) => virtual_host ?? '',
    fill: fill_lines(({ virtual_host }) => [virtual_host === null ? 'every host' : visible(virtual_host), '']) },
  { key: 'url', title: 'Server', value: ({ url }) => url, fill: fill_lines(({ url }) => [visible(url), '']) },
  { key: 'health', title: 'Health', value: health_of, fill: fill_health },
  { key: 'sessions', title: 'Sessions', numeric: true, value: ({ sessions }) => sessions,
    fill: fill_lines(({ sessions }) => [count(sessions), '']) },
  { key: 'weight', title: 'Weight', hint: 'loadfactor', numeric: true, value: ({ weight }) => weight,
    fill: fill_lines(({ weight }) => [String(weight ?? ''), '']) },
];

// "4", or "4, 1 not in order".
export function backends_summary(backends) {
  const ill = backends.filter(({ status }) => status === 'error' || status === 'unhealthy').length;
  const all = count(backends.length);
  return ill === 0 ? all : `${all}, ${count(ill)} not in order`;
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
