// Ending a session from the page.
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

export async function offers_no_end_without_permission(view, site) {
  await view.row_appears(site.streams[0]);
  expect_equal((await view.document()).control_allowed, false, 'the permission');
  const buttons = await view.page.$$eval('button.end', (found) => found.filter((button) => button.checkVisibility()).length);
  expect_equal(buttons, 0, 'buttons that end a session');
  expect_equal(await view.page.$eval('meta[name="rtmpt-token"]', (meta) => meta.content), '', 'the token');
}
