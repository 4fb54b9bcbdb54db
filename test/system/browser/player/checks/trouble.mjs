// SPDX-License-Identifier: Apache-2.0
// What a viewer is told when there is nothing to see, and that the picture comes back by itself.
import { expect, expect_equal } from '../../checks/expect.mjs';
import { eventually } from '../../lib/eventually.mjs';

const kFailed = 'WebSocket connection to';
const kNotLoaded = 'Failed to load resource';

const told = (view) => view.inside('.notice p', (node) => node.innerText);
const still_shown = (view) => view.inside('canvas', (node) => node.checkVisibility());

async function expect_told(view, state, words) {
  await view.becomes(state);
  const text = await told(view);
  expect(text.includes(words), `expected '${words}', and it says '${text}'`);
}

export function expect_failures(view) {
  view.watch.expect(kFailed);
  view.watch.expect(kNotLoaded);
}

export async function says_that_nothing_is_published(view, site) {
  expect_failures(view);
  await expect_told(view, 'offline', 'Nothing is being published here');
  expect(site.server.asked.includes('HEAD /live/later.flv'), 'it has asked why');
  await site.publish('/live/later');
  await view.becomes('playing');
  await view.plays(25);
}

export async function survives_publishers(view, site) {
  expect_failures(view);
  await view.becomes('playing');
  await view.plays(25);
  for (const size of ['1280x720', '320x180']) {
    await site.unpublish('/live/cam1');
    await eventually('it is told that the stream has stopped', async () => ['gone', 'offline'].includes(await view.state()));
    await view.becomes('offline');
    expect(!(await still_shown(view)), 'no old picture of a stream that is gone');
    await site.publish('/live/cam1', { size });
    await view.becomes('playing');
    await view.plays(25);
    const width = await view.of_player(({ video }) => video.videoWidth);
    expect_equal(`${width}`, size.split('x')[0], 'width');
  }
}

// The encoder's connection breaks, and is back before anybody asks for it: the last picture stays.
export async function keeps_the_last_picture(view, site) {
  await view.becomes('playing');
  await view.plays(25);
  await view.of_player((player) => {
    player.seen = new Promise((done) => {
      player.addEventListener('statechange', () => {
        const canvas = player.shadowRoot.querySelector('canvas');
        const [r, g, b] = canvas.getContext('2d').getImageData(20, 200, 1, 1).data;
        done({ state: player.state, shown: canvas.checkVisibility(), width: canvas.width, red: r > 150 && g < 90 && b < 90 });
      }, { once: true });
    });
  });
  for (const { peer } of site.server.viewers) peer.close();
  expect_equal(await view.of_player((player) => player.seen), { state: 'gone', shown: true, width: 640, red: true },
    'the picture that was last seen');
  await view.becomes('playing');
  await view.plays(25);
  expect(!(await still_shown(view)), 'the live picture is in front');
}

export async function says_that_access_is_denied(view, site) {
  expect_failures(view);
  await expect_told(view, 'denied', 'You may not watch this stream');
  const asked = site.server.asked.length;
  await new Promise((done) => { setTimeout(done, 2000); }); // it must not try again by itself
  expect_equal(site.server.asked.length, asked, 'questions meanwhile');
  site.server.refusals.clear();
  await view.press_inside('.action');
  await view.becomes('playing');
  await view.plays(25);
}

export async function asks_for_a_password(view, site) {
  expect_failures(view);
  await view.becomes('playing');
  await view.plays(25);
  expect(site.server.asked.some((line) => line.startsWith('HEAD')), `a question by HTTP in ${site.server.asked.join(', ')}`);
}

export async function says_that_the_server_is_full(view, site) {
  expect_failures(view);
  await expect_told(view, 'busy', 'cannot take more viewers');
  site.server.refusals.clear();
  await view.becomes('playing');
}

export async function survives_an_outage(view, site) {
  expect_failures(view);
  await view.becomes('playing');
  await site.server.stop();
  await expect_told(view, 'unreachable', 'does not answer');
  await site.server.start();
  await view.becomes('playing');
  await view.plays(25);
}

// As a browser does with an insecure address in a secure page.
export const without_sockets = (page) => page.evaluateOnNewDocument(() => {
  window.WebSocket = class {
    constructor() {
      throw new DOMException('insecure', 'SecurityError');
    }
  };
});

export async function says_that_no_connection_may_be_made(view, site) {
  await expect_told(view, 'refused', 'refused the connection');
  expect(site.server.asked.includes('HEAD /live/cam1.flv'), 'it has asked why');
}

export async function says_that_the_browser_cannot(view, site) {
  await expect_told(view, 'browser', 'no Media Source Extensions');
  expect_equal(site.server.asked, [], 'questions for the stream');
}

export async function says_that_the_player_is_missing(view) {
  expect_failures(view);
  view.watch.expect('net::ERR_FAILED');
  await expect_told(view, 'script', 'could not be loaded');
}

export async function says_that_the_codec_is_not_known(view, site) {
  await site.publish('/live/old', { codec: 'flv1' });
  await view.of_player((player) => player.setAttribute('src', '/live/old'));
  await expect_told(view, 'codec', 'cannot play how this stream is encoded');
  await eventually('no viewer is left', () => site.server.viewers.size === 0);
}
