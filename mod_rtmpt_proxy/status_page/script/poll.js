// SPDX-License-Identifier: Apache-2.0
// Asks for the status again and again while somebody looks.
import { visible } from './format.js';

const kIntervalMs = 2000;
const kDocumentVersion = 1;

// How long the server may be silent: before its answer, and within it.
export const kPatienceMs = 8000;

// Whole, and without a password that the page's own address may have: browsers refuse to ask with one.
export const address_of = (query) => `${location.origin}${location.pathname}?${query}`;

// After an answer that took long the page waits so many times as long, but no longer than kLongestIntervalMs: a server
// with many sessions is not asked all the time.
const kRest = 2;
const kLongestIntervalMs = 10_000;

// Why there is no status; its message is for the reader.
export class StatusError extends Error {}

const kLongestReason = 200;

async function refusal(response) {
  if (response.status === 401 || response.status === 403) {
    return new StatusError(`The server does not show its status to you any longer (${response.status}). Reload this page.`);
  }
  const plain = response.headers.get('Content-Type')?.startsWith('text/plain');
  const reason = plain ? visible((await response.text().catch(() => '')).trim()).slice(0, kLongestReason) : '';
  return new StatusError(`The server answered ${response.status} instead of its status${reason && `: ${reason}`}.`);
}

// Aborts what has its signal when renew() was not called for kPatienceMs.
class Patience {
  #controller = new AbortController();
  #timer = 0;

  get signal() {
    return this.#controller.signal;
  }

  renew() {
    this.end();
    this.#timer = setTimeout(() => this.#controller.abort(), kPatienceMs);
  }

  end() {
    clearTimeout(this.#timer);
  }
}

// The answer's text. A long one may take its time, as long as something comes.
async function text_of(response, patience) {
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    patience.renew();
    text += decoder.decode(value, { stream: true });
  }
}

async function fetch_text() {
  const patience = new Patience();
  patience.renew();
  let begun = false;
  try {
    const response = await fetch(address_of('json'), { cache: 'no-store', signal: patience.signal });
    begun = true;
    if (!response.ok) throw await refusal(response);
    return await text_of(response, patience);
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw new StatusError(begun ? 'The server broke its answer off.' : 'The server does not answer.');
  } finally {
    patience.end();
  }
}

// The status document. Throws StatusError.
async function fetch_status() {
  const text = await fetch_text();
  let status;
  try {
    status = JSON.parse(text);
  } catch {
    throw new StatusError('The server answered something else than its status. Reload this page.');
  }
  if (status?.version !== kDocumentVersion) {
    throw new StatusError('The server has another version than this page. Reload this page.');
  }
  return status;
}

// Calls on_status(status) each two seconds, or on_trouble(StatusError); pauses while the page is hidden.
export class Poller {
  #on_status;
  #on_trouble;
  #timer = 0;
  #busy = false;
  #again = false;

  constructor({ on_status, on_trouble }) {
    this.#on_status = on_status;
    this.#on_trouble = on_trouble;
    document.addEventListener('visibilitychange', () => this.poll());
    addEventListener('online', () => this.poll());
  }

  // Asks now. An answer that is under way may be older than what the caller knows, so another is asked for behind it.
  async poll() {
    clearTimeout(this.#timer);
    if (document.hidden) return;
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    const begin = performance.now();
    try {
      await this.#ask();
    } finally {
      this.#busy = false;
      const rest = Math.min(kRest * (performance.now() - begin), kLongestIntervalMs);
      const wait = this.#again ? 0 : Math.max(rest, kIntervalMs);
      this.#again = false;
      this.#timer = setTimeout(() => this.poll(), wait);
    }
  }

  async #ask() {
    let status;
    try {
      status = await fetch_status();
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.#on_trouble(error);
      return;
    }
    this.#on_status(status);
  }
}
