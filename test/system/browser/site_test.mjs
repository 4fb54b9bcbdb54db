// SPDX-License-Identifier: Apache-2.0
// The status page of a real httpd in headless Chromium. Whatever has to happen on the site meanwhile is asked for with a
// line "please <verb> <what>" on standard output: the caller, who owns the site, does it; the page shows that it is done.
//   publish|stop APP/NAME      a stream begins, or ends
//   expect-end APP/NAME        the stream's publisher was cut off
//   stop-server|start-server   httpd
// The site has running publishers of live/cam1 and live/cam2 from the beginning.
// usage: node site_test.mjs <URL where sessions may be ended> <URL where not> <node_modules with puppeteer-core>
import * as control from './checks/control.mjs';
import { works_by_keyboard } from './checks/keyboard.mjs';
import * as layout from './checks/layout.mjs';
import * as live from './checks/live.mjs';
import { shows_a_hostile_stream } from './checks/names.mjs';
import * as table from './checks/table.mjs';
import { with_chromium } from './lib/chromium.mjs';
import { run_checks } from './lib/run_checks.mjs';
import { kPhone, StatusView } from './lib/status_view.mjs';

const [control_url, look_url, modules] = process.argv.slice(2);
if (!control_url || !look_url || !modules) {
  console.error('usage: site_test.mjs <URL with control> <URL without> <node_modules>');
  process.exit(2);
}

const please = async (what) => console.log(`please ${what}`);

const site = {
  streams: ['live/cam1', 'live/cam2'],
  publish: (name) => please(`publish ${name}`),
  stop: (name) => please(`stop ${name}`),
  ended: (name) => please(`expect-end ${name}`),
  stop_server: () => please('stop-server'),
  start_server: () => please('start-server'),
};

// How many checks run at a time.
const kTogether = 3;

function checks_in(browser) {
  const check = (name, work, { url = control_url, options } = {}) =>
    [name, () => StatusView.open(browser, url, (view) => work(view, site), options)];
  return [
    check('two running streams are shown', live.shows_running_streams),
    check('figures change without reload', live.updates_without_reload),
    check('sessions come and go', live.follows_coming_and_going),
    check('every column sorts', table.sorts_by_every_column),
    check('the filter finds', table.filters),
    check('the keyboard does everything', works_by_keyboard),
    check('a session is ended', control.ends_a_session),
    check('who may not end sees no button', control.offers_no_end_without_permission, { url: look_url }),
    check('a hostile name is text', shows_a_hostile_stream),
    check('every width fits', layout.fits_every_width),
    check('a phone shows cards', layout.shows_cards_on_a_phone, { options: { viewport: kPhone } }),
  ];
}

// No new stream begins while the media server is drained, and none survives the outage.
const outages_in = (browser) => [
  ['a server is drained and enabled', () => StatusView.open(browser, control_url, (view) => control.drains_a_server(view, site))],
  ['an outage is told, and over', () => StatusView.open(browser, control_url, (view) => live.survives_an_outage(view, site))],
];

const failed = await with_chromium(modules, (browser) =>
  run_checks([{ checks: checks_in(browser), together: kTogether }, { checks: outages_in(browser) }]));
process.exit(failed === 0 ? 0 : 1);
