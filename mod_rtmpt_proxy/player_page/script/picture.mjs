// SPDX-License-Identifier: Apache-2.0
// The <video> that is fed while there is a connection, and its last picture while there is none.
import { LiveEdge } from './live_edge.mjs';

const seconds_now = () => performance.now() / 1000;

export class Picture {
  video = document.createElement('video');
  still = document.createElement('canvas');
  #edge = new LiveEdge();
  #events = null; // of the connection that feeds it
  #is_shown = false; // a picture of this connection is
  #tell;

  // `tell` has paused(): somebody else than the page has paused it, with a key of the keyboard say; forbidden(): the
  // browser lets nothing begin without a press; moved(): time goes on; and volume().
  constructor(tell) {
    this.#tell = tell;
    this.video.muted = true; // no browser lets a page begin with sound
    this.video.playsInline = true;
    this.still.hidden = true;
    const on = (name, work) => this.video.addEventListener(name, work);
    const while_fed = (work) => () => { if (this.#events) work(); };
    on('canplay', while_fed(() => this.#play()));
    on('playing', while_fed(() => this.#show()));
    on('waiting', while_fed(() => this.#stall()));
    on('timeupdate', while_fed(() => this.#keep_up()));
    on('pause', while_fed(() => { if (this.#is_shown) tell.paused(); }));
    on('volumechange', () => tell.volume());
  }

  // Seconds between what has arrived and what is shown; null without a picture.
  get delay() {
    const end = this.#end();
    return this.#is_shown && end !== null ? Math.max(0, end - this.video.currentTime) : null;
  }

  // A connection feeds the <video> from now on, and is told picture() and waiting().
  begin(events) {
    this.#events = events;
  }

  // Keeps the last picture and calls `close`, which takes it from the <video>.
  end(close) {
    if (this.#is_shown) this.#keep();
    this.#events = null;
    this.#is_shown = false;
    close();
  }

  forget() {
    this.still.hidden = true;
  }

  jump_to_live() {
    const end = this.#end();
    if (end !== null) this.video.currentTime = this.#edge.jump(seconds_now(), end);
  }

  #end() {
    const { buffered } = this.video;
    return buffered.length > 0 ? buffered.end(buffered.length - 1) : null;
  }

  #keep() {
    const { videoWidth, videoHeight } = this.video;
    if (videoWidth === 0) return;
    this.still.width = videoWidth;
    this.still.height = videoHeight;
    this.still.getContext('2d').drawImage(this.video, 0, 0);
    this.still.hidden = false;
  }

  #play() {
    if (!this.video.paused) return;
    this.jump_to_live();
    this.video.play().catch((error) => {
      if (error.name === 'NotAllowedError' && this.#events) this.#tell.forbidden();
    });
  }

  #show() {
    if (!this.#is_shown) this.#edge.connects(seconds_now());
    this.#is_shown = true;
    this.still.hidden = true;
    this.#events.picture();
  }

  #stall() {
    if (!this.#is_shown) return;
    this.#edge.stalls(seconds_now());
    this.#events.waiting();
  }

  #keep_up() {
    const end = this.#end();
    if (end === null) return;
    const { rate, jump_to } = this.#edge.next(seconds_now(), this.video.currentTime, end);
    if (jump_to !== null) this.video.currentTime = jump_to;
    if (this.video.playbackRate !== rate) this.video.playbackRate = rate;
    this.#tell.moved();
  }
}
