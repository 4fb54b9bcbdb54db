// SPDX-License-Identifier: Apache-2.0
// The player page in headless Chromium, with a stand-in for httpd and the gateway behind it, and streams of ffmpeg.
// usage: node player_test.mjs <folder of the page's files> <node_modules with puppeteer-core> [part of a check's name]
import { eventually } from '../lib/eventually.mjs';
import { with_chromium } from '../lib/chromium.mjs';
import { hurry } from '../lib/fast_clock.mjs';
import { run_checks } from '../lib/run_checks.mjs';
import { note_arrivals } from './arrivals.mjs';
import * as delay from './checks/delay.mjs';
import * as around from './checks/page.mjs';
import * as playing from './checks/playing.mjs';
import * as trouble from './checks/trouble.mjs';
import { PlayerView } from './player_view.mjs';
import { StandIn } from './stand_in/server.mjs';

const [assets, modules, only = ''] = process.argv.slice(2);
if (!assets || !modules) {
  console.error('usage: player_test.mjs <folder of the page> <node_modules> [part of a check\'s name]');
  process.exit(2);
}

const kHidden = { 30_000: 20 }; // how many times shorter the wait of a page that nobody sees is
const kPlays = ['/live/cam1'];

class Site {
  server = new StandIn(assets);

  async publish(path, options) {
    this.server.publish(path, options);
    await eventually(`${path} can be watched`, () => this.server.streams.get(path).beginning());
  }

  unpublish(path) {
    return this.server.unpublish(path);
  }
}

// Each check gets a server and a tab of its own. `streams` are published from the beginning; `refusal` is the status that
// the stream of the page gets, `path` what the page shows.
const check_in = (browser) => (name, work, { path = '/live/cam1', streams = kPlays, refusal, own, ...options } = {}) => [name, async () => {
  const site = new Site();
  await site.server.start();
  try {
    for (const stream of streams) await site.publish(stream);
    if (refusal) site.server.refusals.set('/live/cam1', refusal);
    if (own) site.server.pages.set('/own', around.page_with(own));
    return await PlayerView.open(browser, own ? `${site.server.origin}/own` : site.server.url(path), (view) => work(view, site), options);
  } finally {
    await site.server.end();
  }
}];

const without_mse = (page) => page.evaluateOnNewDocument(() => {
  delete window.MediaSource;
  delete window.ManagedMediaSource;
});

async function without_library(page) {
  await page.setRequestInterception(true);
  page.on('request', (request) => (request.url().endsWith('?mpegts') ? request.abort() : request.continue()));
}

function checks_in(browser) {
  const check = check_in(browser);
  return [
    check('pictures are played', playing.plays_pictures),
    check('a click makes sound', playing.has_sound_on_a_click),
    check('pictures without sound', playing.has_no_buttons_for_sound_that_is_not_there),
    check('sound without pictures', playing.plays_sound_alone),
    check('keys are obeyed', playing.obeys_keys),
    check('each button gets the focus', playing.gives_the_focus_to_each_button),
    check('a page that nobody sees rests', playing.goes_on_when_it_is_seen_again, { prepare: (page) => hurry(page, kHidden) }),
    check('a page that nobody has ever seen rests', playing.rests_when_nobody_has_ever_seen_it,
      { prepare: async (page) => { await hurry(page, kHidden); await playing.begins_hidden(page); } }),
    check('a page that is silent now rests', playing.rests_when_nobody_hears_it_any_more, { prepare: (page) => hurry(page, kHidden) }),
    check('a pause by the browser ends', playing.goes_on_after_a_pause_by_the_browser),
    check('a token goes along', playing.passes_the_query_on, { path: '/live/cam1?st=a%20b&e=1' }),
    check('nothing published is told', trouble.says_that_nothing_is_published, { path: '/live/later' }),
    check('publishers come and go', trouble.survives_publishers),
    check('the last picture stays', trouble.keeps_the_last_picture),
    check('denied is told', trouble.says_that_access_is_denied, { refusal: 403 }),
    check('a password is asked for', trouble.asks_for_a_password, { refusal: 'login', login: { username: 'alice', password: 'secret' } }),
    check('a wrong password is denied', (view) => view.becomes('denied').then(() => trouble.expect_failures(view)),
      { refusal: 'login', login: { username: 'alice', password: 'wrong' } }),
    check('a full server is told', trouble.says_that_the_server_is_full, { refusal: 503 }),
    check('an outage is told, and over', trouble.survives_an_outage),
    check('an address that is not allowed is told', trouble.says_that_no_connection_may_be_made, { prepare: trouble.without_sockets }),
    check('a browser that cannot is told', trouble.says_that_the_browser_cannot, { prepare: without_mse }),
    check('a missing library is told', trouble.says_that_the_player_is_missing, { prepare: without_library }),
    check('an unknown codec is told', trouble.says_that_the_codec_is_not_known),
    check('it asks for a name', around.asks_for_a_name, { path: '' }),
    check('a hostile name is text', around.shows_a_hostile_name_as_text, { path: '/live/%3Cimg%20src=x%20onerror=alert(1)%3E%E2%80%AE%22' }),
    check('every width fits', around.fits_every_width),
    check('light and dark can be read', around.is_light_and_dark),
    check('what was left out is jumped over', delay.goes_on_behind_a_gap),
    check('a careful page of another site', around.plays_in_a_careful_page_of_another_site),
    check('another source is another stream', around.another_source_is_another_stream),
    ['without script it says so', async () => {
      const site = new Site();
      await site.server.start();
      try {
        await around.works_without_script(browser, site.server.url());
      } finally {
        await site.server.end();
      }
    }],
  ];
}

// What measures time, or computes much, runs alone.
function alone_in(browser) {
  const check = check_in(browser);
  return [
    check('sixteen players of a page of one\'s own', around.plays_sixteen_in_a_page_of_ones_own, { own: Array(16).fill('/live/cam1') }),
    check('the picture is hardly late', delay.is_hardly_late, { prepare: note_arrivals }),
    check('the picture is there at once', delay.begins_at_once),
  ];
}

const wanted = (checks) => checks.filter(([name]) => name.includes(only));
const failed = await with_chromium(modules, (browser) => run_checks([
  { checks: wanted(checks_in(browser)), together: 2 }, { checks: wanted(alone_in(browser)) },
]));
process.exit(failed === 0 ? 0 : 1);
