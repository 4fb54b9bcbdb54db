// SPDX-License-Identifier: Apache-2.0
// One viewer of one stream: connects, says what is the matter, and connects again. It touches neither document nor
// network itself, so that every course of events can be tried in a test.
import { Backoff } from './backoff.mjs';
import { reason_for } from './reasons.mjs';

const kConnectMs = 20_000; // mpegts.js may have to come first
// The server keeps viewers while an encoder reconnects, and says nothing meanwhile. A connection that has died without
// a word looks the same; to make a new one costs little.
const kSilenceMs = 15_000;
const kLookMs = 2500;
// A stream that is shown for so long is well. One that breaks before would be asked for several times a second for ever.
const kWellMs = 5000;

export class Viewer {
  #connect;
  #ask;
  #clock;
  #show;
  #backoff;
  #connection = null;
  #attempt = 0; // what an older attempt says does not count
  #timers = new Set();
  #opened = false;
  #last_bytes = 0;
  #well_at = Infinity; // when the first picture has been there for long enough
  #wants = false;
  state = 'idle';

  // `connect(events)` begins a connection and returns it; its close() ends it without another event. Events: opened(),
  // bytes(), picture(), waiting(), closed(), broken() and codec().
  // `ask()` asks for the same by HTTP: a promise of {status, retry} or null, as reason_for() wants it.
  // `clock` has now(), set(work, ms) and clear(timer); `show(state)` is called at every change.
  constructor({ connect, ask, clock, show, random }) {
    this.#connect = connect;
    this.#ask = ask;
    this.#clock = clock;
    this.#show = show;
    this.#backoff = new Backoff(random);
  }

  // Whether it plays, or tries to.
  get wants() {
    return this.#wants;
  }

  // Connects, anew if it must. Nothing happens while a connection is there or is being made.
  start() {
    this.#wants = true;
    if (this.#connection) return;
    this.#backoff.reset();
    this.#become('connecting');
    this.#begin();
  }

  // Ends the connection and stays so. `state` says why.
  stop(state = 'idle') {
    this.#wants = false;
    this.#end();
    this.#become(state);
  }

  // Something has changed for the better, the network say: waits no longer.
  hurry() {
    if (this.#wants && !this.#connection) this.start();
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.#show(state);
  }

  #later(work, ms) {
    const timer = this.#clock.set(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  #end() {
    this.#attempt += 1;
    for (const timer of this.#timers) this.#clock.clear(timer);
    this.#timers.clear();
    this.#connection?.close();
    this.#connection = null;
  }

  #begin() {
    this.#end();
    const attempt = this.#attempt;
    const of_this = (work) => () => {
      if (attempt === this.#attempt) work();
    };
    this.#opened = false;
    this.#well_at = Infinity;
    this.#later(() => this.#close_unopened(), kConnectMs);
    this.#connection = this.#connect({
      opened: of_this(() => this.#open()),
      bytes: of_this(() => { this.#last_bytes = this.#clock.now(); }),
      picture: of_this(() => {
        this.#well_at = Math.min(this.#well_at, this.#clock.now() + kWellMs);
        this.#become('playing');
      }),
      waiting: of_this(() => { if (this.state === 'playing') this.#become('waiting'); }),
      closed: of_this(() => this.#close()),
      broken: of_this(() => this.#retry('broken')),
      codec: of_this(() => this.stop('codec')),
    });
  }

  #open() {
    this.#opened = true;
    this.#last_bytes = this.#clock.now();
    if (this.state !== 'connecting') this.#become('waiting');
    this.#watch_silence();
  }

  #watch_silence() {
    this.#later(() => {
      if (this.#clock.now() - this.#last_bytes >= kSilenceMs) this.#retry('gone');
      else this.#watch_silence();
    }, kLookMs);
  }

  #close_unopened() {
    if (!this.#opened) this.#close();
  }

  // The connection is over. One that never was may tell why.
  async #close() {
    if (this.#opened) return this.#retry('gone');
    this.#end();
    const attempt = this.#attempt;
    const { state, retry_ms, never } = reason_for(await this.#ask());
    if (attempt !== this.#attempt) return undefined;
    return never ? this.stop(state) : this.#retry(state, retry_ms);
  }

  #retry(state, least_ms) {
    this.#end();
    if (this.#clock.now() >= this.#well_at) this.#backoff.reset();
    this.#become(state);
    this.#later(() => this.#begin(), this.#backoff.pause(least_ms));
  }
}
