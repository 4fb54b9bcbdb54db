// SPDX-License-Identifier: Apache-2.0
// The totals on top, and what is told of the gateway.
import { Curve } from './curve.js';
import { element, set_hidden, set_text } from './dom.js';
import { bit_rate, byte_size, count, counted, duration, visible } from './format.js';

const kTotals = [
  { key: 'sessions', title: 'Sessions', text: ({ totals }) => count(totals.sessions),
    small: ({ totals }) => [`${count(totals.publishing)} publishing`, `${count(totals.playing)} playing`,
      totals.other ? `${count(totals.other)} other` : ''].filter(Boolean).join(', ') },
  { key: 'receiving', title: 'From clients', text: ({ totals }) => bit_rate(totals.receiving_bits_per_second),
    small: ({ totals }) => `${byte_size(totals.received_bytes)} so far` },
  { key: 'sending', title: 'To clients', text: ({ totals }) => bit_rate(totals.sending_bits_per_second),
    small: ({ totals }) => `${byte_size(totals.sent_bytes)} so far` },
  { key: 'opened', title: 'Opened', text: ({ totals }) => count(totals.sessions_opened),
    small: ({ totals }) => `${count(totals.sessions_ended)} ended, ${count(totals.sessions_refused)} refused` },
  { key: 'descriptors', title: 'Descriptors', text: ({ gateway }) => count(gateway?.descriptors_used),
    small: ({ gateway }) => (gateway ? `of ${count(gateway.descriptors_limit)}` : '') },
];

const kCurvePlaces = 30;
// After a longer pause the remembered values say nothing about the time between.
const kPauseMs = 10_000;

// What all sessions together moved in the last minute: their own histories when the page opens, then each total.
class Throughput {
  #values = [];
  #time = 0;

  add({ totals, sessions }, now) {
    if (now - this.#time > kPauseMs) this.#values = this.#sum(sessions);
    this.#time = now;
    this.#values.push(totals.receiving_bits_per_second + totals.sending_bits_per_second);
    this.#values = this.#values.slice(-kCurvePlaces);
    return this.#values;
  }

  #sum(sessions) {
    const sum = new Array(kCurvePlaces - 1).fill(0);
    for (const { history } of sessions) {
      const values = (history?.bits_per_second ?? []).slice(-sum.length);
      values.forEach((value, index) => { sum[sum.length - values.length + index] += value; });
    }
    return sum;
  }
}

export class Tiles {
  #updates;
  #throughput = new Throughput();
  #curve = new Curve({ width: 320, height: 56, places: kCurvePlaces, name: 'large' });
  #peak = element('p', { class: 'small' });

  constructor(parent) {
    this.#updates = kTotals.map(({ key, title, text, small }) => {
      const value = element('p', { class: 'value' });
      const under = element('p', { class: 'small' });
      parent.append(element('div', { class: 'tile', 'data-tile': key }, element('h3', {}, title), value, under));
      return (status) => {
        set_text(value, text(status));
        set_text(under, small(status));
      };
    });
    const tile = element('div', { class: 'tile wide', 'data-tile': 'throughput' }, element('h3', {}, 'Last minute'));
    tile.append(this.#curve.node, this.#peak);
    parent.insertBefore(tile, parent.children[3]);
  }

  update(status, now) {
    for (const update of this.#updates) update(status);
    const values = this.#throughput.add(status, now);
    this.#curve.draw(values);
    set_text(this.#peak, `peak ${bit_rate(Math.max(...values))}`);
  }
}

const kGatewayFacts = [
  ['Up', ({ uptime_seconds }) => duration(uptime_seconds)],
  ['Gateway', ({ version, retiring }) => `${visible(version)}${retiring ? ', retiring' : ''}`],
  ['Process', ({ pid }) => String(pid)],
  ['Event loops', ({ event_loops }) => count(event_loops)],
  ['Lost log lines', ({ lost_log_lines }) => (lost_log_lines > 0 ? count(lost_log_lines) : '')],
];

// Makes the list of facts about the gateway; returns (status) -> void.
export function gateway_facts(list) {
  const updates = kGatewayFacts.map(([title, text]) => {
    const value = element('dd');
    const fact = element('div', {}, element('dt', {}, title), value);
    list.append(fact);
    return (gateway) => {
      set_text(value, text(gateway));
      set_hidden(fact, value.textContent === '');
    };
  });
  return ({ gateway }) => {
    set_hidden(list, !gateway);
    if (gateway) for (const update of updates) update(gateway);
  };
}

// "12 sessions, live.example.com": the document's title, short enough for a tab.
export const page_title = ({ totals, server }) => `${counted(totals.sessions, 'session')}, ${visible(server)}`;
