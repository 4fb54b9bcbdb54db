// SPDX-License-Identifier: Apache-2.0
// What can be ordered from the page: the end of a session, and that a media server is drained.
import { eventually } from '../lib/eventually.mjs';
import { expect, expect_equal } from './expect.mjs';

export const end_button = (id) => `#sessions tr[data-id="${id}"] button.end`;

export async function ends_a_session(view, site) {
  await site.publish('live/unwanted');
  const row = await view.row_appears('live/unwanted');
  await view.page.click(end_button(row.id));
  await eventually('the question is open', () => view.page.$eval('#confirm', (dialog) => dialog.open));
  const question = await view.text('#confirm');
  expect(question.includes('live/unwanted') && question.includes(row.client.split('\n')[0]), `it names the session: ${question}`);
  await view.page.click('#confirm-no');
  await view.updates(2);
  expect(await view.row('live/unwanted'), 'a session that is kept goes on');

  await view.page.click(end_button(row.id));
  await view.page.click('#confirm-yes');
  await eventually('it is said that the session was ended', async () => (await view.text('#said')).includes('was ended'));
  await eventually('the row is gone', async () => !(await view.rows()).some(({ id }) => id === row.id));
  for (const stream of site.streams) expect(await view.row(stream), `${stream} goes on`);
  await site.ended('live/unwanted');
}

export async function bans_a_client(view, site) {
  await site.publish('live/pirate');
  const row = await view.row_appears('live/pirate');
  await view.page.click(end_button(row.id));
  await eventually('the question is open', () => view.page.$eval('#confirm', (dialog) => dialog.open));
  await view.page.click('#confirm-more');
  await eventually('it is said that the client is banned', async () => (await view.text('#said')).includes('is banned for 10 minutes'));
  await eventually('the row is gone', async () => !(await view.rows()).some(({ id }) => id === row.id));
  await site.ended('live/pirate');
  expect_equal((await view.document()).bans.length, 1, 'the bans that the document lists');
}

export async function offers_no_end_without_permission(view, site) {
  await view.row_appears(site.streams[0]);
  expect_equal((await view.document()).control_allowed, false, 'the permission');
  const buttons = await view.page.$$eval('button.end, button.drain', (found) => found.filter((button) => button.checkVisibility()).length);
  expect_equal(buttons, 0, 'buttons that order something');
  expect_equal(await view.page.$eval('meta[name="rtmpt-token"]', (meta) => meta.content), '', 'the token');
}

const kDrain = '#backends tbody tr button.drain';

// The first media server, drained and enabled again.
export async function drains_a_server(view, site) {
  await view.row_appears(site.streams[0]);
  const [{ url }] = await view.servers();
  const is_drained = async () => (await view.document()).backends.some((one) => one.url === url && one.drained);
  expect_equal(await view.text(kDrain), 'Drain', 'the order that can be given');
  await view.page.click(kDrain);
  await eventually('the question is open', () => view.page.$eval('#confirm', (dialog) => dialog.open));
  expect((await view.text('#confirm')).includes(url), 'it names the media server');
  await view.page.click('#confirm-no');
  expect(!(await is_drained()), 'a media server that is left goes on');

  await view.page.click(kDrain);
  await view.page.click('#confirm-yes');
  await eventually('it is said that it was drained', async () => (await view.text('#said')) === `${url} gets no new sessions.`);
  expect(await is_drained(), 'the gateway has drained it');
  await eventually('it is shown', async () => (await view.servers())[0].health.includes('drained'));
  expect((await view.text('#backends-count')).includes('drained'), 'the summary counts it');
  for (const stream of site.streams) expect(await view.row(stream), `${stream} goes on`);

  expect_equal(await view.text(kDrain), 'Enable', 'the order that can be given then');
  await view.page.click(kDrain);
  await eventually('it is said that it was enabled', async () => (await view.text('#said')) === `${url} gets new sessions again.`);
  await eventually('it is shown', async () => !(await view.servers())[0].health.includes('drained'));
  expect(!(await is_drained()), 'the gateway has enabled it');
}
