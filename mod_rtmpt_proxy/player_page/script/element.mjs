// SPDX-License-Identifier: Apache-2.0
// <rtmpt-player src="/live/cam1">: plays a stream of the hub, for the player's page and for any other one.
//   src     the stream: its path, or its address at another host. A query goes along, with a token say
//   manual  it waits for a press instead of beginning by itself
// It has the attribute `state`, which says how it goes, and tells of a change with the event `statechange`.
import { stream_addresses } from './address.mjs';
import { ask_for } from './ask.mjs';
import { connect_to } from './connection.mjs';
import { Controls } from './controls.mjs';
import { handle_key } from './keys.mjs';
import { can_play_live, mpegts_library } from './library.mjs';
import { Picture } from './picture.mjs';
import { keeps_picture } from './reasons.mjs';
import { player_sheet } from './style.mjs';
import { Viewer } from './viewer.mjs';

const kLibrary = new URL('?mpegts', import.meta.url).href;
const kQuietMs = 3000;
const kHiddenMs = 30_000; // nobody sees it, and nobody hears it
const kClock = { now: () => performance.now(), set: (work, ms) => setTimeout(work, ms), clear: (timer) => clearTimeout(timer) };

export class RtmptPlayer extends HTMLElement {
  static observedAttributes = ['src'];

  #picture;
  #controls;
  #viewer = null;
  #has_sound = null; // not known
  #rests = false;
  #hidden_timer = null;
  #quiet_timer = null;
  #page_events = null;

  constructor() {
    super();
    this.#picture = new Picture({
      paused: () => this.#follow_pause(), forbidden: () => this.pause(), volume: () => this.#show_sound(),
      moved: () => this.#controls.show_delay(this.delay),
    });
    this.#controls = new Controls({
      toggle_play: () => this.toggle_play(), retry: () => this.play(), toggle_sound: () => this.toggle_sound(),
      set_volume: (volume) => this.set_volume(volume), jump: () => this.jump_to_live(),
      small: () => this.toggle_small(), large: () => this.toggle_large(),
    }, {
      can_be_small: document.pictureInPictureEnabled ?? false,
      can_be_large: Boolean(document.fullscreenEnabled || this.video.webkitEnterFullscreen),
    });
    const frame = document.createElement('div');
    frame.className = 'frame';
    frame.append(this.video, this.#picture.still, this.#controls.notice, this.#controls.sound_on, this.#controls.bar);
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [player_sheet()];
    root.append(frame);
    for (const sign_of_life of ['pointermove', 'focusin', 'click']) frame.addEventListener(sign_of_life, () => this.#be_loud());
    this.video.addEventListener('dblclick', () => this.toggle_large());
    this.addEventListener('keydown', (event) => this.handle_key(event));
  }

  // The <video> inside: for pictures of one's own over it, and for its figures.
  get video() {
    return this.#picture.video;
  }

  get state() {
    return this.#viewer?.state ?? 'unnamed';
  }

  // Seconds between what has arrived and what is shown; null without a picture.
  get delay() {
    return this.#picture.delay;
  }

  connectedCallback() {
    this.#page_events = new AbortController();
    const { signal } = this.#page_events;
    document.addEventListener('visibilitychange', () => this.#follow_visibility(), { signal });
    window.addEventListener('online', () => this.#viewer?.hurry(), { signal });
    this.#begin();
    if (document.hidden) this.#look_later(); // in a tab that was opened behind others
  }

  disconnectedCallback() {
    this.#page_events.abort();
    this.#viewer?.stop();
    clearTimeout(this.#hidden_timer);
    clearTimeout(this.#quiet_timer);
  }

  attributeChangedCallback(name, before, after) {
    if (this.isConnected && this.#page_events && before !== after) this.#begin();
  }

  play() {
    this.#rests = false;
    this.#viewer?.start();
    this.#show_state();
  }

  pause() {
    this.#rests = false;
    this.#viewer?.stop();
    this.#show_state();
  }

  toggle_play() {
    if (this.#viewer?.wants) this.pause();
    else this.play();
  }

  toggle_sound() {
    const silent = this.video.muted || this.video.volume === 0;
    if (silent && this.video.volume === 0) this.video.volume = 1;
    this.video.muted = !silent;
  }

  // 0 to 1.
  set_volume(volume) {
    this.video.volume = Math.min(Math.max(volume, 0), 1);
    this.video.muted = volume <= 0;
  }

  jump_to_live() {
    this.#picture.jump_to_live();
  }

  toggle_small() {
    const done = this.#is_small ? document.exitPictureInPicture() : this.video.requestPictureInPicture?.();
    done?.catch(() => {}); // without a picture there is nothing to show
  }

  toggle_large() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.requestFullscreen) this.requestFullscreen().catch(() => {});
    else this.video.webkitEnterFullscreen?.(); // a phone of Apple fills its screen with a <video> alone
  }

  // Whether the key had a meaning. A page may give the player keys that were pressed elsewhere.
  handle_key(event) {
    return handle_key(event, this);
  }

  // A new `src`, or the first one.
  #begin() {
    this.#rests = false;
    this.#viewer?.stop();
    this.#picture.forget();
    this.#has_sound = null;
    const addresses = stream_addresses(this.getAttribute('src') ?? '', document.baseURI);
    this.#viewer = addresses && new Viewer({
      connect: (events) => this.#connect(addresses, events), ask: () => ask_for(addresses.http), clock: kClock,
      show: () => this.#show_state(),
    });
    this.video.ariaLabel = addresses ? `Live picture of ${addresses.name}` : '';
    if (this.#viewer && !this.hasAttribute('manual')) this.#viewer.start();
    this.#show_state();
  }

  // mpegts.js comes first, and may take its time.
  #connect(addresses, events) {
    let connection = null;
    let is_over = false;
    const unless_over = (work) => (value) => { if (!is_over) work(value); };
    const give_up = (state) => unless_over(() => this.#viewer.stop(state));
    const media = ({ has_sound }) => {
      this.#has_sound = has_sound;
      this.#show_sound();
    };
    const begin = (mpegts) => {
      if (!mpegts.isSupported()) return give_up('browser')();
      this.#picture.begin(events);
      connection = connect_to(mpegts, addresses.socket, this.video, { ...events, media });
      return undefined;
    };
    if (can_play_live()) mpegts_library(kLibrary).then(unless_over(begin), give_up('script'));
    else queueMicrotask(give_up('browser'));
    return {
      close: () => {
        is_over = true;
        if (connection) this.#picture.end(() => connection.close());
      },
    };
  }

  #follow_visibility() {
    clearTimeout(this.#hidden_timer);
    if (document.hidden) this.#look_later();
    else if (this.#rests) this.play();
    else this.jump_to_live();
  }

  get #is_small() {
    return Boolean(this.shadowRoot.pictureInPictureElement);
  }

  // What is hidden now may be seen in a small window, or heard, and be so no more some time later.
  #look_later() {
    this.#hidden_timer = setTimeout(() => {
      if (this.video.muted && !this.#is_small && this.#viewer?.wants) this.#rest();
      this.#look_later();
    }, kHiddenMs);
  }

  // Until it is seen again.
  #rest() {
    this.pause();
    this.#rests = true;
  }

  // Browsers of phones pause silent pictures that nobody sees. Any other pause is somebody's wish.
  #follow_pause() {
    if (document.hidden && this.video.muted && !this.#is_small) this.#rest();
    else this.pause();
  }

  #be_loud() {
    clearTimeout(this.#quiet_timer);
    this.toggleAttribute('quiet', false);
    if (this.state === 'playing') this.#quiet_timer = setTimeout(() => this.toggleAttribute('quiet', true), kQuietMs);
  }

  #show_state() {
    const { state } = this;
    if (!keeps_picture(state)) this.#picture.forget();
    this.#controls.show_state(state, this.#viewer?.wants ?? false);
    this.#show_sound();
    this.#be_loud();
    if (this.getAttribute('state') === state) return;
    this.setAttribute('state', state);
    this.dispatchEvent(new CustomEvent('statechange', { detail: { state } }));
  }

  #show_sound() {
    const { muted, volume } = this.video;
    this.#controls?.show_sound({ muted, volume, has_sound: this.#has_sound, is_playing: this.state === 'playing' });
  }
}

if (!customElements.get('rtmpt-player')) customElements.define('rtmpt-player', RtmptPlayer);
