// SPDX-License-Identifier: Apache-2.0
// The page follows what happens, without being loaded again.
import { eventually } from '../lib/eventually.mjs';
import { expect, expect_equal } from './expect.mjs';

// Marks the document and a row; a page that is loaded again, or a row that is made anew, has no mark.
async function mark(view, id) {
  await view.page.evaluate((row_id) => {
    window.marked = true;
    document.querySelector(`#sessions tr[data-id="${row_id}"]`).marked = true;
  }, id);
}

const is_marked = (view, id) => view.page.evaluate((row_id) =>
  window.marked === true && document.querySelector(`#sessions tr[data-id="${row_id}"]`)?.marked === true, id);

export async function shows_running_streams(view, site) {
  for (const stream of site.streams) {
    const row = await view.row_appears(stream);
    for (const [column, text] of Object.entries(row)) expect(text !== '', `${stream} has no ${column}`);
  }
  const { totals, server } = await view.document();
  await eventually('the title tells the number of sessions', async () =>
    (await view.page.title()).startsWith(`${(await view.document()).totals.sessions} session`));
  expect((await view.page.title()).includes(server), 'the title names the server');
  expect(totals.publishing >= site.streams.length, 'the totals count the publishers');
}

export async function updates_without_reload(view, site) {
  const before = await view.row_appears(site.streams[0]);
  await mark(view, before.id);
  await eventually('bytes, age and bit rate have changed', async () => {
    const now = await view.row(site.streams[0]);
    return now && now.bytes !== before.bytes && now.age !== before.age && !now.rate.startsWith('0 ');
  });
  const curve = await view.page.$eval(`tr[data-id="${before.id}"] .curve .line`, (line) => line.getAttribute('d'));
  await eventually('the curve has moved on', async () =>
    curve !== await view.page.$eval(`tr[data-id="${before.id}"] .curve .line`, (line) => line.getAttribute('d')));
  expect(await is_marked(view, before.id), 'the same document, the same row');
}

export async function follows_coming_and_going(view, site) {
  const stays = await view.row_appears(site.streams[0]);
  await mark(view, stays.id);
  expect_equal(await view.row('live/third'), undefined, 'the third stream before it is published');
  await site.publish('live/third');
  const row = await view.row_appears('live/third');
  expect(row.shown, 'the new row is shown');
  await site.stop('live/third');
  await view.row_disappears('live/third');
  expect(await is_marked(view, stays.id), 'the same document, the same row');
}

// How the buttons that order something say whether they are disabled, each word once.
const orders = (view) => view.page.$$eval('tbody button.order', (buttons) => [...new Set(buttons.map((button) => button.ariaDisabled))]);

export async function survives_an_outage(view, site) {
  view.watch.expect('net::ERR_');
  view.watch.expect('Failed to load resource');
  await view.page.evaluate(() => { window.marked = true; });
  await view.filter('live');
  const title = await view.page.title();
  await site.stop_server();
  await view.becomes('lost');
  const said = await view.text('#trouble');
  expect(await view.is_shown('#trouble'), 'the trouble is shown');
  expect(/does not answer|server answered 50[023]/.test(said), `the trouble is named: ${said}`);
  expect(/of \d+:\d\d:\d\d/.test(said), `it is said of when the figures are: ${said}`);
  expect_equal(await view.page.title(), title, 'the title');
  expect_equal(await orders(view), ['true'], 'orders are disabled');
  await view.page.click('#sessions tbody button.end');
  expect(!(await view.page.$eval('#confirm', (dialog) => dialog.open)), 'nothing is asked');
  await site.start_server();
  await view.becomes('live');
  const begun = (await orders(view)).every((disabled) => disabled === 'false');
  expect(begun, 'orders can be given again');
  expect(!(await view.is_shown('#trouble')), 'the trouble is gone');
  expect_equal(await view.page.$eval('#filter', (node) => node.value), 'live', 'the filter');
  expect(await view.page.evaluate(() => window.marked === true), 'the same document');
}
