// SPDX-License-Identifier: Apache-2.0
// What the reader orders: asked for, confirmed, done, told.
import { by_id, element, set_attribute, set_hidden, set_text } from './dom.js';
import { visible } from './format.js';
import { address_of, kPatienceMs } from './poll.js';
import { stream_of } from './sessions.js';

const kSaidMs = 6000;

const kOldPage = 'Reload this page and try again.';

// Asks the server; returns what to tell the reader.
async function give_order({ query, outcomes, failed }) {
  const token = document.querySelector('meta[name="rtmpt-token"]')?.content ?? '';
  try {
    const response = await fetch(address_of(query), {
      method: 'POST', headers: { 'X-RTMPT-Token': token }, signal: AbortSignal.timeout(kPatienceMs),
    });
    return outcomes[response.status] ?? `${failed}: the server answered ${response.status}.`;
  } catch {
    return `${failed}: the server does not answer.`;
  }
}

const name_node = (text) => element('bdi', {}, visible(text));

function end_order(session) {
  const stream = stream_of(session) || 'a stream without a known name';
  const verb = { publish: ' publishes', play: ' plays' }[session.kind] ?? ' has';
  return {
    title: 'End this session?', keep: 'Keep it', go: 'End session',
    text: [name_node(session.client), `${verb} `, name_node(stream), ' through ', name_node(session.virtual_host),
      '. Its connection to the media server ends at once; the client may come back, unless it is banned.'],
    query: `end=${encodeURIComponent(session.id)}`,
    outcomes: {
      204: 'The session was ended.', 404: 'The session had ended already.',
      403: `The server refused to end the session. ${kOldPage}`,
    },
    failed: 'The session was not ended',
    more: {
      go: 'End and ban for 10 minutes',
      query: `ban=${encodeURIComponent(session.id)}`,
      outcomes: {
        204: 'The session was ended, and its client is banned for 10 minutes.', 404: 'The session had ended already.',
        403: `The server refused to ban the client. ${kOldPage}`,
      },
      failed: 'The client was not banned',
    },
  };
}

function drain_order({ url, sessions }) {
  return {
    title: 'Drain this media server?', keep: 'Leave it', go: 'Drain',
    text: [name_node(url), ' gets no new sessions, of no virtual host, until it is enabled again. ',
      sessions === 1 ? 'The session that it has goes on.' : `The ${sessions} sessions that it has go on.`],
    query: `drain=${encodeURIComponent(url)}`,
    outcomes: {
      204: `${visible(url)} gets no new sessions.`, 404: `The configuration has no ${visible(url)} any longer.`,
      403: `The server refused to drain. ${kOldPage}`,
    },
    failed: `${visible(url)} was not drained`,
  };
}

function enable_order({ url }) {
  return {
    query: `enable=${encodeURIComponent(url)}`,
    outcomes: {
      204: `${visible(url)} gets new sessions again.`, 404: `The configuration has no ${visible(url)} any longer.`,
      403: `The server refused to enable. ${kOldPage}`,
    },
    failed: `${visible(url)} was not enabled`,
  };
}

export class Orders {
  #dialog = by_id('confirm');
  #said = by_id('said');
  #said_timer = 0;
  #order = null;
  #available = true;
  #on_done;

  // `on_done` is called when the server has answered.
  constructor(on_done) {
    this.#on_done = on_done;
    by_id('confirm-no').addEventListener('click', () => this.#dialog.close());
    by_id('confirm-yes').addEventListener('click', () => this.#confirmed(this.#order));
    by_id('confirm-more').addEventListener('click', () => this.#confirmed(this.#order.more));
    this.#dialog.addEventListener('close', () => this.#keep_focus());
  }

  // A button for an order. It does nothing while the server does not answer. Not "disabled": it would lose the focus.
  button(text, name_of_class, on_press) {
    const made = element('button', { type: 'button', class: `order ${name_of_class}` }, text);
    this.#show_available(made);
    made.addEventListener('click', () => {
      if (this.#available) on_press();
    });
    return made;
  }

  // Whether the server answers.
  set_available(available) {
    if (available === this.#available) return;
    this.#available = available;
    document.querySelectorAll('button.order').forEach((button) => this.#show_available(button));
  }

  ask_to_end(session) {
    this.#ask(end_order(session));
  }

  ask_to_drain(server) {
    this.#ask(drain_order(server));
  }

  // Without a question: it harms nobody.
  enable(server) {
    return this.#give(enable_order(server));
  }

  #show_available(button) {
    set_attribute(button, 'aria-disabled', String(!this.#available));
  }

  #ask(order) {
    this.#order = order;
    set_text(by_id('confirm-title'), order.title);
    by_id('confirm-text').replaceChildren(...order.text);
    set_text(by_id('confirm-no'), order.keep);
    set_text(by_id('confirm-yes'), order.go);
    set_text(by_id('confirm-more'), order.more?.go ?? '');
    set_hidden(by_id('confirm-more'), !order.more);
    this.#dialog.showModal();
  }

  async #confirmed(order) {
    if (!this.#available) return;
    this.#dialog.close();
    await this.#give(order);
  }

  async #give(order) {
    this.#say(await give_order(order));
    this.#on_done();
  }

  // The button that opened the question may be gone with its row.
  #keep_focus() {
    if (document.activeElement === document.body) by_id('filter').focus({ preventScroll: true });
  }

  #say(text) {
    clearTimeout(this.#said_timer);
    set_text(this.#said, text);
    this.#said_timer = setTimeout(() => set_text(this.#said, ''), kSaidMs);
  }
}
