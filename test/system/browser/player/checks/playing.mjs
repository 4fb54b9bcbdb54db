// SPDX-License-Identifier: Apache-2.0
// Pictures and sound, and what people do with them.
import { expect, expect_equal } from '../../checks/expect.mjs';
import { eventually } from '../../lib/eventually.mjs';

export async function plays_pictures(view) {
  await view.becomes('playing');
  const pictures = await view.plays(50);
  const { width, muted, paused } = await view.of_player(({ video }) => ({ width: video.videoWidth, muted: video.muted, paused: video.paused }));
  expect_equal([width, muted, paused], [640, true, false], 'width, muted, paused');
  expect_equal(await view.page.title(), 'live/cam1', 'title');
  return `${pictures} pictures`;
}

const decoded_sound = (view) => view.of_player(({ video }) => video.webkitAudioDecodedByteCount);

export async function has_sound_on_a_click(view) {
  await view.becomes('playing');
  await eventually('the button for sound', () => view.inside('.sound-on', (node) => node.checkVisibility()));
  await view.press_inside('.sound-on');
  const { muted, volume } = await view.of_player(({ video }) => ({ muted: video.muted, volume: video.volume }));
  expect_equal([muted, volume], [false, 1], 'muted, volume');
  await eventually('the button goes', () => view.inside('.sound-on', (node) => !node.checkVisibility()));
  const before = await decoded_sound(view);
  await eventually('sound is decoded', async () => (await decoded_sound(view)) > before);
  await view.plays(25);
}

export async function has_no_buttons_for_sound_that_is_not_there(view, site) {
  await site.publish('/live/silent', { sound: false });
  await view.of_player((player) => player.setAttribute('src', '/live/silent'));
  await view.becomes('playing');
  await view.plays(25);
  await eventually('no button for sound', () => view.inside('.sound-on', (node) => !node.checkVisibility()));
  expect(await view.inside('.volume', (node) => node.hidden), 'no volume');
}

export async function plays_sound_alone(view, site) {
  await site.publish('/live/radio', { video: false });
  await view.of_player((player) => player.setAttribute('src', '/live/radio'));
  await view.becomes('playing');
  const before = await decoded_sound(view);
  await eventually('sound is decoded', async () => (await decoded_sound(view)) > before + 4000);
}

export async function obeys_keys(view, site) {
  await view.becomes('playing');
  await eventually('one viewer', () => site.server.viewers.size === 1);
  await view.page.keyboard.press('k');
  await view.becomes('idle');
  await eventually('the connection is closed', () => site.server.viewers.size === 0);
  await view.page.keyboard.press('Space');
  await view.becomes('playing');
  const sound = () => view.of_player(({ video }) => [video.muted, Math.round(video.volume * 10)]);
  await view.page.keyboard.press('m');
  expect_equal(await sound(), [false, 10], 'after m');
  await view.page.keyboard.press('ArrowDown');
  await view.page.keyboard.press('ArrowDown');
  expect_equal(await sound(), [false, 8], 'after two steps down');
  await view.page.keyboard.press('m');
  expect_equal(await sound(), [true, 8], 'after m again');
  await view.page.keyboard.press('f');
  await eventually('it fills the screen', () => view.page.evaluate(() => document.fullscreenElement?.id === 'player'));
  await view.page.keyboard.press('f');
  await eventually('it does not', () => view.page.evaluate(() => document.fullscreenElement === null));
  const asked = site.server.asked.length;
  for (let i = 0; i < 4; i += 1) await view.page.keyboard.down('k'); // held, it repeats itself
  await view.page.keyboard.up('k');
  await view.becomes('idle');
  expect_equal(site.server.asked.length, asked, 'connections while a key is held');
  await view.page.keyboard.press('k');
  await view.becomes('playing');
  await view.page.focus('#stream');
  await view.page.keyboard.type('k m/f');
  expect_equal(await view.state(), 'playing', 'after keys for the box');
  expect_equal(await view.page.$eval('#stream', (node) => node.value), 'k m/f', 'the box');
}

// By Tab alone, each button of the bar once, and each has a name.
export async function gives_the_focus_to_each_button(view) {
  await view.becomes('playing');
  await view.plays(10);
  const names = [];
  for (let i = 0; i < 8; i += 1) {
    await view.page.keyboard.press('Tab');
    names.push(await view.page.evaluate(() => {
      const node = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
      return node?.ariaLabel || node?.innerText?.trim().split('\n')[0] || node?.id || node?.localName;
    }));
  }
  for (const name of ['Sound on', 'Pause', 'Volume', 'Full screen']) expect(names.includes(name), `${name} in ${names.join(', ')}`);
  expect(names.some((name) => name.startsWith('Live')), `Live in ${names.join(', ')}`);
}

const hide = (view, hidden) => view.page.evaluate((value) => {
  Object.defineProperty(document, 'hidden', { value, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}, hidden);

export async function goes_on_when_it_is_seen_again(view, site) {
  await view.becomes('playing');
  await hide(view, true);
  await eventually('a page that nobody sees or hears rests', () => site.server.viewers.size === 0);
  await hide(view, false);
  await view.becomes('playing');
  await view.plays(25);
  await hide(view, true);
  await view.becomes('idle');
  await view.of_player((player) => player.pause());
  await hide(view, false);
  await view.rests('a player that a script has paused meanwhile');
}

// A tab that was opened behind others: see begins_hidden() for its page.
export async function rests_when_nobody_has_ever_seen_it(view, site) {
  await eventually('it rests', () => site.server.asked.length > 0 && site.server.viewers.size === 0);
  await hide(view, false);
  await view.becomes('playing');
  await view.plays(25);
}

export const begins_hidden = (page) => page.evaluateOnNewDocument(() => {
  Object.defineProperty(document, 'hidden', { value: true, configurable: true });
});

export async function rests_when_nobody_hears_it_any_more(view, site) {
  await view.becomes('playing');
  await view.of_player((player) => player.set_volume(0.5));
  await hide(view, true);
  await view.plays(100); // longer than a page without sound would
  await view.of_player((player) => player.set_volume(0));
  await eventually('it rests', () => site.server.viewers.size === 0);
  await hide(view, false);
  await view.becomes('playing');
}

// Browsers of phones pause what nobody sees.
export async function goes_on_after_a_pause_by_the_browser(view) {
  await view.becomes('playing');
  await hide(view, true);
  await view.of_player(({ video }) => video.pause());
  await view.becomes('idle');
  await hide(view, false);
  await view.becomes('playing');
  await view.of_player(({ video }) => video.pause()); // a key of the keyboard
  await view.becomes('idle');
  await hide(view, true);
  await hide(view, false);
  await view.rests('a player that somebody has paused');
}

export async function passes_the_query_on(view, site) {
  await view.becomes('playing');
  expect_equal(site.server.asked[0], 'WS /live/cam1.flv?st=a%20b&e=1', 'the request');
}
