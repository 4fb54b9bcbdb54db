// SPDX-License-Identifier: Apache-2.0
// Sessions beneath the publisher of their stream, and each media server once. The samples are those of mock/sample_data.mjs.
import { expect, expect_equal } from './expect.mjs';

const ids = async (view) => (await view.rows()).map(({ id }) => id);
const kind_of = async (view, id) => (await view.rows()).find((row) => row.id === id).kind;

// Ids of a stream without a publisher begin so.
const kVirtual = /^stream /;
const named = (found) => found.map((id) => id.replace(kVirtual.test(id) ? /.*/s : /^$/, 'orphans'));

export async function shows_viewers_under_their_publisher(view) {
  expect_equal(named(await ids(view)), ['v5', 'p1', 'elsewhere', 'orphans', 'p4', 'p3'], 'closed: the streams by name');
  expect_equal(await kind_of(view, 'p1'), 'publish\n2 viewers', 'who has viewers');
  expect_equal(await kind_of(view, 'p4'), 'publish', 'who has none');
  expect_equal(await kind_of(view, 'v5'), 'play\nno publisher', 'one viewer of a stream that nobody publishes');
  await view.toggle('p1');
  expect_equal(named(await ids(view)), ['v5', 'p1', 'v1', 'v2', 'elsewhere', 'orphans', 'p4', 'p3'], 'opened');
  await view.updates(3);
  expect_equal(named(await ids(view)), ['v5', 'p1', 'v1', 'v2', 'elsewhere', 'orphans', 'p4', 'p3'], 'opened, after updates');
  await view.page.click('#sessions th.col-age button');
  expect_equal((await ids(view)).slice(0, 3), ['p1', 'v2', 'v1'], 'viewers are sorted too');
  expect_equal((await ids(view))[3], 'p3', 'the older of two publishers has the stream');
  await view.toggle('p3');
  expect_equal((await ids(view)).slice(3, 5), ['p3', 'p2'], 'the younger is inside');
  await view.toggle('p1');
  expect(!(await ids(view)).includes('v1'), 'closed again');
}

export async function marks_streams_without_publisher(view) {
  const orphans = (await view.rows()).find(({ id }) => kVirtual.test(id));
  expect_equal([orphans.stream, orphans.kind], ['live/orphans', 'no publisher\n2 viewers'], 'the stream');
  const buttons = await view.page.$$eval(`tr[data-id="${orphans.id}"] button.end`, (found) => found.filter((one) => one.checkVisibility()).length);
  expect_equal(buttons, 0, 'buttons that would end what is no session');
  expect_equal(await view.session_count(), '10', 'it is not counted');
  await view.toggle(orphans.id);
  expect_equal((await ids(view)).slice(4, 6), ['v3', 'v4'], 'its viewers');
}

// What matches is shown wherever it is.
export async function finds_viewers_inside_streams(view) {
  await view.filter('192.0.2.50');
  expect_equal(await ids(view), ['p1', 'v1'], 'the viewer, and whose it is');
  expect_equal(await view.session_count(), '1 of 10', 'the count');
  await view.filter('main');
  expect_equal(await ids(view), ['p1', 'elsewhere'], 'the streams of that name');
  expect_equal(await view.session_count(), '4 of 10', 'the count of all inside');
}

export async function shows_a_list_when_asked(view) {
  const pressed = () => view.page.$eval('#grouping', (button) => button.ariaPressed);
  expect_equal(await pressed(), 'true', 'by stream at first');
  await view.toggle('p1');
  await view.show_list();
  expect_equal(await pressed(), 'false', 'no longer');
  expect_equal((await ids(view)).sort(), ['elsewhere', 'p1', 'p2', 'p3', 'p4', 'v1', 'v2', 'v3', 'v4', 'v5'], 'every session');
  await view.page.reload();
  await view.becomes('live');
  expect_equal([await pressed(), (await ids(view)).length], ['false', 10], 'after a reload');
  await view.page.click('#grouping');
  expect_equal(named(await ids(view)), ['v5', 'p1', 'elsewhere', 'orphans', 'p4', 'p3'], 'by stream again');
}

export async function lists_each_server_once(view) {
  const servers = await view.servers();
  expect_equal(servers.map(({ url }) => url), [...new Set((await view.document()).backends.map(({ url }) => url))].sort(), 'the media servers');
  expect_equal(servers[0], {
    url: 'rtmp://10.0.8.11:1935', use: 'live.example.com, balancer media\nradio.example.org, balancer media', health: 'ok',
    sessions: '5', failures: '0', weight: '2, 1',
  }, 'one of two virtual hosts');
  expect_equal(servers[1].health.split(/\s+/), ['ok', 'drained'], 'one that is drained');
  expect_equal([servers[2].health, servers[2].failures], ['unhealthy', '7'], 'one that fails');
  expect_equal(await view.text('#backends-count'), '1 of 6 unhealthy, 1 drained', 'the summary');
}

// The same media server with and without its default port, and in another condition for each host.
export async function joins_what_is_one_server(view, server) {
  const one = { balancer: 'media', drained: false, weight: 1, failures: 2 };
  server.gateway.backends = [
    { ...one, virtual_host: 'a.example.com', url: 'rtmp://media', status: 'ok' },
    { ...one, virtual_host: 'b.example.com', url: 'rtmp://media:1935', status: 'error' },
    { ...one, virtual_host: 'c.example.com', url: 'rtmpt://media', status: 'ok' },
  ];
  await view.updates(1);
  const [first, second, ...rest] = await view.servers();
  expect_equal(rest, [], 'further ones');
  expect_equal(first.health.split(/\s+/).join(' '), 'ok × 1 error × 1', 'its conditions');
  expect_equal(second.url, 'rtmpt://media', 'another scheme is another server');
  expect_equal(await view.text('#backends-count'), '1 of 2 unhealthy', 'the summary');
}
