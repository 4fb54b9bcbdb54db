// Asks for the status again and again while somebody looks.
import { visible } from './format.js';

const kIntervalMs = 2000;
const kDocumentVersion = 1;

// How long an answer may take.
export const kPatienceMs = 8000;

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

// The status document. Throws StatusError.
async function fetch_status() {
  let response;
  try {
    response = await fetch('?json', { cache: 'no-store', signal: AbortSignal.timeout(kPatienceMs) });
  } catch {
    throw new StatusError('The server does not answer.');
  }
  if (!response.ok) throw await refusal(response);
  let status;
  try {
    status = await response.json();
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
    try {
      await this.#ask();
    } finally {
      this.#busy = false;
      const wait = this.#again ? 0 : kIntervalMs;
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
