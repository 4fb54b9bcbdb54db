// SPDX-License-Identifier: Apache-2.0
// The player page of a real httpd with a hub, in headless Chromium. The site publishes live/cam, which everybody may watch;
// private/cam, which alice may watch with the password "right-hushhush"; and shut/cam, which nobody may watch.
// usage: node site_test.mjs <http origin> <https origin> <node_modules with puppeteer-core>
import { expect } from '../checks/expect.mjs';
import { eventually } from '../lib/eventually.mjs';
import { with_chromium } from '../lib/chromium.mjs';
import { run_checks } from '../lib/run_checks.mjs';
import { note_arrivals } from './arrivals.mjs';
import { begins_at_once, is_hardly_late } from './checks/delay.mjs';
import { expect_failures } from './checks/trouble.mjs';
import { PlayerView } from './player_view.mjs';

const [plain, secure, modules] = process.argv.slice(2);
if (!plain || !secure || !modules) {
  console.error('usage: site_test.mjs <http origin> <https origin> <node_modules>');
  process.exit(2);
}

const kAlice = { username: 'alice', password: 'right-hushhush' };
const kMany = 16;

async function plays(view) {
  await view.becomes('playing');
  const pictures = await view.plays(100);
  const { delay, dropped } = await view.of_player((player) =>
    ({ delay: player.delay, dropped: player.video.getVideoPlaybackQuality().droppedVideoFrames }));
  return `${pictures} pictures, ${dropped} dropped, ${delay.toFixed(2)} s behind what has arrived`;
}

async function plays_with_a_password(view) {
  expect_failures(view);
  return plays(view);
}

const is = (state, words) => async (view) => {
  expect_failures(view);
  await view.becomes(state);
  const text = await view.inside('.notice p', (node) => node.innerText);
  expect(text.includes(words), `expected '${words}', and it says '${text}'`);
};

// They are made by the page's own element, beside the one that is there.
async function plays_many(view) {
  await view.becomes('playing');
  await view.page.evaluate((count) => {
    for (let i = 1; i < count; i += 1) {
      const player = document.createElement('rtmpt-player');
      player.setAttribute('src', '/live/cam');
      document.querySelector('main').append(player);
    }
  }, kMany);
  await eventually(`${kMany} players play`, async () => (await view.page.$$eval('rtmpt-player', (players) =>
    players.filter(({ state, video }) => state === 'playing' && video.getVideoPlaybackQuality().totalVideoFrames > 25).length)) === kMany, 60_000);
  return `${kMany} players`;
}

function checks_in(browser) {
  const check = (name, path, work, options) => [plain, secure].map((origin) =>
    [`${name}, ${new URL(origin).protocol}`, () => PlayerView.open(browser, `${origin}/watch/${path}`, work, options)]);
  return [
    ...check('pictures are played', 'live/cam', plays),
    ...check('a password is asked for', 'private/cam', plays_with_a_password, { login: kAlice }),
    ...check('a wrong password is denied', 'private/cam', is('denied', 'You may not watch'), { login: { ...kAlice, password: 'wrong' } }),
    ...check('denied is told', 'shut/cam', is('denied', 'You may not watch')),
    ...check('nothing published is told', 'live/other', is('offline', 'Nothing is being published')),
  ];
}

// What measures time, or computes much, runs alone.
function alone_in(browser) {
  const check = (name, origin, work, options) => [name, () => PlayerView.open(browser, `${origin}/watch/live/cam`, work, options)];
  return [
    check('sixteen players of one page, https:', secure, plays_many),
    check('the picture is hardly late, http:', plain, is_hardly_late, { prepare: note_arrivals }),
    check('the picture is hardly late, https:', secure, is_hardly_late, { prepare: note_arrivals }),
    check('the picture is there at once, http:', plain, begins_at_once),
    check('the picture is there at once, https:', secure, begins_at_once),
  ];
}

const failed = await with_chromium(modules, (browser) => run_checks([
  { checks: checks_in(browser), together: 2 }, { checks: alone_in(browser) },
]), ['--ignore-certificate-errors']);
process.exit(failed === 0 ? 0 : 1);
