// SPDX-License-Identifier: Apache-2.0
// Sorting and filtering.
import { eventually } from '../lib/eventually.mjs';
import { expect, expect_equal } from './expect.mjs';

const kCollator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

// What each column is sorted by, from the server's document.
const kSortedBy = {
  client: (session) => session.client,
  host: (session) => session.virtual_host,
  stream: (session) => [session.app, session.stream].filter((part) => part != null).join('/'),
  kind: (session) => session.kind ?? '',
  backend: (session) => session.backend,
  age: (session) => session.age_seconds,
  rate: (session) => session.receiving_bits_per_second + session.sending_bits_per_second,
  bytes: (session) => session.received_bytes + session.sent_bytes,
};

function in_order(values, descending) {
  const known = values.filter((value) => value !== '');
  if (values.slice(0, known.length).includes('')) return false; // what is not known comes last
  const compare = (a, b) => (typeof a === 'number' ? a - b : kCollator.compare(a, b)) * (descending ? -1 : 1);
  return known.every((value, index) => index === 0 || compare(known[index - 1], value) <= 0);
}

// The page's figures are up to two seconds older than the document's, so two sessions may have changed places: it is
// asked again until both agree.
async function is_sorted(view, column, descending) {
  const { sessions } = await view.document();
  const by_id = new Map(sessions.map((session) => [session.id, session]));
  const ids = (await view.row_ids()).filter((id) => by_id.has(id));
  return ids.length > 1 && in_order(ids.map((id) => kSortedBy[column](by_id.get(id))), descending);
}

export async function sorts_by_every_column(view) {
  for (const column of Object.keys(kSortedBy)) {
    const orders = new Set();
    for (let press = 0; press < 2; press += 1) {
      await view.page.click(`#sessions th.col-${column} button`);
      const order = await view.heading(column);
      orders.add(order);
      const descending = order === 'descending';
      await eventually(`sorted by ${column}, ${order}`, () => is_sorted(view, column, descending));
    }
    expect_equal([...orders].sort(), ['ascending', 'descending'], `${column}: the orders`);
    const sorted = await view.page.$$eval('#sessions th[aria-sort]', (headings) =>
      headings.filter((heading) => heading.ariaSort !== 'none').length);
    expect_equal(sorted, 1, 'headings that say to be sorted by');
  }
  await view.page.click('#sessions th.col-stream button');
}

export async function sorts_the_list(view) {
  await view.show_list();
  expect_equal(await view.row_count(), (await view.document()).sessions.length, 'rows of the list');
  await sorts_by_every_column(view);
}

export async function keeps_the_order(view) {
  await view.page.click('#sessions th.col-age button');
  await view.updates(2);
  expect_equal(await view.heading('age'), 'descending', 'the order after two updates');
  await eventually('still sorted by age', () => is_sorted(view, 'age', true));
}

const is_publisher = (row) => row.kind.split('\n')[0] === 'publish';

async function shows_only(view, what, wanted) {
  await eventually(`${what}: the rows`, async () => {
    const rows = await view.rows();
    return rows.some(wanted) && rows.every((row) => row.shown === wanted(row));
  });
}

export async function filters(view, site) {
  const first = await view.row_appears(site.streams[0]);
  await view.show_list();
  await view.filter(site.streams[0]);
  await shows_only(view, 'a stream', (row) => row.stream.split('\n')[0].includes(site.streams[0]));
  await view.updates(2);
  await shows_only(view, 'a stream, after two updates', (row) => row.stream.split('\n')[0].includes(site.streams[0]));
  await view.filter('PUBLISH');
  await shows_only(view, 'a kind, in capitals', (row) => is_publisher(row));
  await view.filter(`publish ${first.client.split('\n')[0]}`);
  await shows_only(view, 'two words', (row) =>
    is_publisher(row) && row.client.includes(first.client.split('\n')[0]));
  await view.filter(first.backend.split('\n')[0]);
  await shows_only(view, 'a backend', (row) => row.backend.startsWith(first.backend.split('\n')[0]));
  await view.filter(first.host);
  await shows_only(view, 'a host', (row) => row.host.includes(first.host));
  await view.filter('no such thing');
  expect_equal(await view.shown_rows(), [], 'rows that match nothing');
  expect((await view.text('#sessions-empty')).includes('no such thing'), 'it is said that nothing matches');
  await view.page.keyboard.press('Escape');
  await shows_only(view, 'no filter', () => true);
  expect(/^\d+$/.test(await view.text('#sessions-count')), 'the count is one number again');
}
