// SPDX-License-Identifier: Apache-2.0
// The status page in headless Chromium, with a made-up server behind it.
// usage: node mock_test.mjs <folder of the page's files> <node_modules with puppeteer-core> [part of a check's name]
import * as control from './checks/control.mjs';
import { works_by_keyboard } from './checks/keyboard.mjs';
import * as layout from './checks/layout.mjs';
import * as live from './checks/live.mjs';
import * as mock_only from './checks/mock_only.mjs';
import * as names from './checks/names.mjs';
import * as streams_checks from './checks/streams.mjs';
import * as table from './checks/table.mjs';
import { sees_every_wrong } from './checks/watch_itself.mjs';
import { works_without_script } from './checks/without_script.mjs';
import { with_chromium } from './lib/chromium.mjs';
import { run_checks } from './lib/run_checks.mjs';
import { kPhone, StatusView } from './lib/status_view.mjs';
import { MockGateway } from './mock/gateway.mjs';
import { concert, hostile, streams } from './mock/sample_data.mjs';
import { MockSite } from './mock/site.mjs';

const [assets, modules, only = ''] = process.argv.slice(2);
if (!assets || !modules) {
  console.error('usage: mock_test.mjs <folder of the page> <node_modules> [part of a check\'s name]');
  process.exit(2);
}

// How many checks run at a time. While one waits, another one can use the processor. The page of each takes its part of it
// all the time, so more of them make it longer.
const kTogether = 2;

// Each check gets a server and a tab of its own. `sample` replaces the two streams that a site begins with.
const check_in = (browser) => (name, work, { sample, options, looking = false, login = '' } = {}) => [name, async () => {
  const site = new MockSite(assets);
  if (sample) site.server.gateway = new MockGateway(sample());
  await site.server.start();
  try {
    const url = looking ? site.server.look_url : site.server.url;
    return await StatusView.open(browser, url.replace('://', `://${login}`), (view) => work(view, site), options);
  } finally {
    await site.server.stop();
  }
}];

// A page that rests as long as it does for readers; with many sessions, others would have no processor left.
const kUnhurried = { options: { prepare: () => {} } };

const on_server = (work) => (view, site) => work(view, site.server);

function checks_in(browser) {
  const check = check_in(browser);
  return [
    ['what a page must not do is seen', () => with_server((server) => sees_every_wrong(browser, server))],
    check('two running streams are shown', live.shows_running_streams),
    check('figures change without reload', live.updates_without_reload),
    check('sessions come and go', live.follows_coming_and_going),
    check('every column sorts', table.sorts_by_every_column, { sample: concert }),
    check('every column sorts the list', table.sorts_the_list, { sample: concert }),
    check('viewers are under their publisher', streams_checks.shows_viewers_under_their_publisher, { sample: streams }),
    check('a stream without publisher is marked', streams_checks.marks_streams_without_publisher, { sample: streams }),
    check('the filter finds viewers', streams_checks.finds_viewers_inside_streams, { sample: streams }),
    check('a list is shown when asked', streams_checks.shows_a_list_when_asked, { sample: streams }),
    check('each server is listed once', streams_checks.lists_each_server_once, { sample: concert }),
    check('one server is one', on_server(streams_checks.joins_what_is_one_server)),
    check('the order stays', table.keeps_the_order, { sample: concert }),
    check('the filter finds', table.filters),
    check('the keyboard does everything', works_by_keyboard),
    check('a session is ended', control.ends_a_session),
    check('a client is banned', control.bans_a_client),
    check('a session is ended by who has a password in the address', control.ends_a_session, { login: 'alice:secret@' }),
    check('a server is drained and enabled', control.drains_a_server),
    check('a refusal to end is told', mock_only.tells_that_a_session_was_not_ended),
    check('who may not end sees no button', control.offers_no_end_without_permission, { looking: true }),
    check('the keyboard does everything for who may not end', works_by_keyboard, { looking: true }),
    check('a hostile stream comes and goes', names.shows_a_hostile_stream),
    check('hostile names are text', names.shows_hostile_names_as_text, { sample: hostile }),
    check('hostile names are found', names.filters_hostile_names, { sample: hostile }),
    check('hostile names fit every width', layout.fits_every_width, { sample: hostile }),
    check('a usual site fits every width', layout.fits_every_width, { sample: concert }),
    check('a usual site is shown whole', layout.shows_everything, { sample: concert }),
    check('everything can be touched', layout.can_be_touched, { sample: concert, options: { viewport: kPhone } }),
    check('paper has it whole', layout.is_printed_whole, { sample: concert }),
    check('numbers stand under each other', layout.aligns_numbers, { sample: concert }),
    check('a phone shows cards', layout.shows_cards_on_a_phone, { options: { viewport: kPhone } }),
    check('light and dark can be read', layout.can_be_read_in_light_and_dark, { sample: concert }),
    check('names and states are told', layout.tells_names_and_states, { sample: concert }),
    check('nothing moves when asked', layout.moves_nothing_when_asked),
    check('an outage is told, and over', live.survives_an_outage),
    check('wrong answers are told', on_server(mock_only.tells_wrong_answers)),
    check('a long answer may take its time', on_server(mock_only.waits_for_a_long_answer),
      { options: { prepare: mock_only.kShortPatience } }),
    check('it asks every two seconds', on_server(mock_only.asks_every_two_seconds), kUnhurried),
    check('nothing is told as nothing', on_server(mock_only.says_that_there_is_nothing)),
    check('why a stream is not known is told', on_server(mock_only.tells_why_a_stream_is_not_known)),
    check('a hidden page rests', on_server(mock_only.rests_while_hidden)),
    check('the place that is read stays', on_server(mock_only.keeps_the_place_that_is_read)),
    check('the focus moves with its row', on_server(mock_only.keeps_the_focus_of_a_row_that_moves)),
    check('twenty thousand sessions have pages', on_server(mock_only.pages_through_twenty_thousand_sessions), kUnhurried),
    check('a page that is read goes on to exist', on_server(mock_only.stays_on_a_page_that_exists)),
    ['without script it says where to look', () => with_server((server) => works_without_script(browser, server))],
  ];
}

// What measures time runs alone.
function measurements_in(browser) {
  return [
    check_in(browser)('twenty thousand sessions stay smooth', on_server(mock_only.stays_smooth_with_twenty_thousand_sessions)),
  ];
}

async function with_server(work) {
  const { server } = new MockSite(assets);
  await server.start();
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

const wanted = (checks) => checks.filter(([name]) => name.includes(only));
const failed = await with_chromium(modules, (browser) => run_checks([
  { checks: wanted(checks_in(browser)), together: kTogether }, { checks: wanted(measurements_in(browser)) },
]));
process.exit(failed === 0 ? 0 : 1);
