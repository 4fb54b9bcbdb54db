// SPDX-License-Identifier: Apache-2.0
// How long to wait before the next attempt: longer each time, and not the same for all viewers of a stream that stops.

const kFirstMs = 300;
const kMostMs = 5000;
const kFactor = 1.8;
const kSpread = 0.4; // of a pause

export class Backoff {
  #next = kFirstMs;
  #random;

  // `random()` gives 0 to 1.
  constructor(random = Math.random) {
    this.#random = random;
  }

  // In ms. `least_ms` is what the server has asked for.
  pause(least_ms = 0) {
    const pause = this.#next;
    this.#next = Math.min(pause * kFactor, kMostMs);
    return Math.round(Math.max(pause, least_ms ?? 0) * (1 + kSpread * this.#random()));
  }

  reset() {
    this.#next = kFirstMs;
  }
}
