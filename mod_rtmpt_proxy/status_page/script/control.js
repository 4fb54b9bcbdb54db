// Ending a session: asked for, confirmed, done, told.
import { by_id, set_text } from './dom.js';
import { visible } from './format.js';
import { kPatienceMs } from './poll.js';
import { stream_of } from './sessions.js';

const kSaidMs = 6000;

const kOutcomes = {
  204: 'The session was ended.',
  404: 'The session had ended already.',
  403: 'The server refused to end the session. Reload this page and try again.',
};

// Asks the server; returns what to tell the reader.
async function end_session(id, token) {
  try {
    const response = await fetch(`?end=${encodeURIComponent(id)}`, {
      method: 'POST', headers: { 'X-RTMPT-Token': token }, signal: AbortSignal.timeout(kPatienceMs),
    });
    return kOutcomes[response.status] ?? `The session was not ended: the server answered ${response.status}.`;
  } catch {
    return 'The session was not ended: the server does not answer.';
  }
}

export class SessionControl {
  #dialog = by_id('confirm');
  #text = by_id('confirm-text');
  #said = by_id('said');
  #said_timer = 0;
  #session = null;
  #on_ended;

  // `on_ended` is called when the server has answered.
  constructor(on_ended) {
    this.#on_ended = on_ended;
    by_id('confirm-no').addEventListener('click', () => this.#dialog.close());
    by_id('confirm-yes').addEventListener('click', () => this.#confirmed());
    this.#dialog.addEventListener('close', () => this.#keep_focus());
  }

  // Opens the question about `session`.
  ask(session) {
    this.#session = session;
    const name = stream_of(session) || 'a stream without a known name';
    const verb = { publish: ' publishes', play: ' plays' }[session.kind] ?? ' has';
    this.#text.replaceChildren(
      this.#name(visible(session.client)), `${verb} `, this.#name(name), ' through ', this.#name(visible(session.virtual_host)),
      '. Its connection to the media server ends at once; the client may come back.');
    this.#dialog.showModal();
  }

  #name(text) {
    const made = document.createElement('bdi');
    set_text(made, text);
    return made;
  }

  async #confirmed() {
    const { id } = this.#session;
    this.#dialog.close();
    const token = document.querySelector('meta[name="rtmpt-token"]')?.content ?? '';
    this.#say(await end_session(id, token));
    this.#on_ended();
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
