// SPDX-License-Identifier: Apache-2.0
// What lies over the picture: buttons, and what the viewer is told. It knows nothing of streams.
import { icon } from './icons.mjs';
import { words_for } from './reasons.mjs';

// In these states something is being done, and a wheel turns.
const kBusy = ['connecting', 'waiting'];

function made(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// A button whose sign and name change: show(sign, name).
function button(kind, keys, press) {
  const node = made('button', { type: 'button', class: kind });
  if (keys) node.setAttribute('aria-keyshortcuts', keys);
  node.addEventListener('click', press);
  let shown = '';
  node.show = (sign, name) => {
    if (shown === sign + name) return;
    shown = sign + name;
    node.replaceChildren(icon(sign));
    node.ariaLabel = name;
    node.title = keys ? `${name} (${keys.split(' ')[0].toLowerCase()})` : name;
  };
  return node;
}

export class Controls {
  #play;
  #sound;
  #volume = made('input', { type: 'range', class: 'volume', min: '0', max: '100', 'aria-label': 'Volume' });
  #live = made('button', { type: 'button', class: 'live', 'aria-keyshortcuts': 'L', title: 'Jump to the newest picture (l)' });
  #delay = made('span', { class: 'delay' });
  #small;
  #large;
  #sound_on = made('button', { type: 'button', class: 'sound-on' }, icon('mute'), 'Sound on');
  #wheel = made('span', { class: 'turning', hidden: '' });
  #text = made('p', { role: 'status' });
  #action = made('button', { type: 'button', class: 'action', hidden: '' });
  bar = made('div', { class: 'bar', role: 'group', 'aria-label': 'Player' });
  notice = made('div', { class: 'notice' });

  // `orders`: toggle_play, retry, toggle_sound, set_volume(0 to 1), jump, small, large. `can_be_small` says whether the
  // browser has a window for pictures, `can_be_large` whether it fills the screen.
  constructor(orders, { can_be_small, can_be_large }) {
    this.#play = button('play', 'K', orders.toggle_play);
    this.#sound = button('sound', 'M', orders.toggle_sound);
    this.#small = button('small', 'P', orders.small);
    this.#large = button('large', 'F', orders.large);
    this.#small.show('small', 'Small window');
    this.#large.show('large', 'Full screen');
    this.#small.hidden = !can_be_small;
    this.#large.hidden = !can_be_large;
    this.#live.append('Live', this.#delay);
    this.#live.addEventListener('click', orders.jump);
    this.#volume.addEventListener('input', () => orders.set_volume(Number(this.#volume.value) / 100));
    this.#sound_on.addEventListener('click', orders.toggle_sound);
    this.#action.addEventListener('click', orders.retry);
    this.bar.append(this.#play, this.#sound, this.#volume, this.#live, made('span', { class: 'wide' }), this.#small, this.#large);
    this.notice.append(this.#wheel, this.#text, this.#action);
  }

  get sound_on() {
    return this.#sound_on;
  }

  show_state(state, wants) {
    const { text, action } = words_for(state);
    if (this.#text.textContent !== text) this.#text.textContent = text;
    this.#wheel.hidden = !kBusy.includes(state);
    this.#action.hidden = !action;
    this.#action.textContent = action ?? '';
    this.#play.show(wants ? 'pause' : 'play', wants ? 'Pause' : 'Play');
    this.#live.disabled = state !== 'playing';
    if (state !== 'playing') this.#delay.textContent = '';
  }

  // `has_sound` is null while it is not known.
  show_sound({ muted, volume, has_sound, is_playing }) {
    const silent = muted || volume === 0;
    this.#sound.show(silent ? 'mute' : 'sound', silent ? 'Sound on' : 'Sound off');
    this.#sound.hidden = has_sound === false;
    this.#volume.hidden = has_sound === false;
    this.#volume.value = String(silent ? 0 : Math.round(volume * 100));
    this.#sound_on.hidden = !silent || has_sound !== true || !is_playing;
  }

  // Seconds behind what has arrived; null while nothing is known.
  show_delay(seconds) {
    const text = seconds === null ? '' : `${seconds.toFixed(1)} s`;
    if (this.#delay.textContent !== text) this.#delay.textContent = text;
  }
}
