// What only a made-up server can show: a thousand sessions, none, wrong answers, a hidden tab.
import { eventually } from '../lib/eventually.mjs';
import { MockGateway } from '../mock/gateway.mjs';
import { many } from '../mock/sample_data.mjs';
import { expect, expect_equal } from './expect.mjs';

const kManySessions = 1000;
const kMostScriptMs = 50;
const kMeasured = 6;

// Names of the trace's events that are script, and those that are what the browser makes of it.
const kScript = ['RunMicrotasks', 'FunctionCall', 'EventDispatch', 'TimerFire'];
const kRendering = ['UpdateLayoutTree', 'Layout', 'PrePaint', 'Paint', 'Layerize', 'Commit'];

// The processor's time in ms that events of these names took, those within another counted once.
function time_of(events, names) {
  const found = events.filter(({ name, ph }) => ph === 'X' && names.includes(name)).sort((a, b) => a.tts - b.tts);
  const ends = new Map();
  let total = 0;
  for (const { tid, tts, tdur = 0 } of found) {
    const begin = Math.max(tts, ends.get(tid) ?? 0);
    const end = Math.max(begin, tts + tdur);
    total += end - begin;
    ends.set(tid, end);
  }
  return total / 1000;
}

// What an update takes of the processor on average, in ms, while `kMeasured` of them are shown.
async function measure(view) {
  await view.page.tracing.start({ categories: ['devtools.timeline', 'v8.execute'] });
  await view.updates(kMeasured);
  const { traceEvents } = JSON.parse(Buffer.from(await view.page.tracing.stop()).toString());
  return { script: time_of(traceEvents, kScript) / kMeasured, layout: time_of(traceEvents, kRendering) / kMeasured };
}

export async function stays_smooth_with_a_thousand_sessions(view, server) {
  server.gateway = new MockGateway(many(kManySessions));
  await eventually('all rows are there', async () => (await view.row_count()) === kManySessions);
  await view.updates(1);
  const told = [];
  for (const column of ['stream', 'rate']) {
    if (column !== 'stream') await view.page.click(`#sessions th.col-${column} button`);
    const { script, layout } = await measure(view);
    told.push(`by ${column} script ${script.toFixed(1)} ms, layout ${layout.toFixed(1)} ms`);
    expect(script > 0 && script < kMostScriptMs, `an update sorted by ${column} takes ${script.toFixed(1)} ms of script`);
  }
  return told.join('; ');
}

export async function keeps_the_place_that_is_read(view, server) {
  server.gateway = new MockGateway(many(300));
  await eventually('all rows are there', async () => (await view.row_count()) === 300);
  await view.page.evaluate(() => scrollTo(0, 2500));
  const middle = () => view.page.evaluate(() =>
    [scrollY, document.elementFromPoint(300, 400).closest('tr').dataset.id]);
  await view.updates(1);
  const before = await middle();
  await view.updates(2);
  expect_equal(await middle(), before, 'the scroll position, and the row in the middle');
}

// Sorted by what changes all the time, rows change places; the one whose button has the focus too.
export async function keeps_the_focus_of_a_row_that_moves(view, server) {
  server.gateway = new MockGateway(many(100));
  await eventually('all rows are there', async () => (await view.row_count()) === 100);
  await view.page.click('#sessions th.col-rate button');
  const place_of_focused = () => view.page.evaluate(() => {
    const row = document.activeElement.closest('#sessions tbody tr');
    return row && [row.dataset.id, [...row.parentElement.children].indexOf(row)];
  });
  await view.page.focus('#sessions tbody tr:nth-child(40) button.end');
  const [id, place] = await place_of_focused();
  await eventually('the row has moved', async () => {
    await view.updates(1);
    const [now, new_place] = (await place_of_focused()) ?? [];
    expect_equal(now, id, 'the row that has the focus');
    return new_place !== place;
  });
}

export async function says_that_there_is_nothing(view, server) {
  server.gateway = new MockGateway();
  await eventually('no row is left', async () => (await view.row_count()) === 0);
  expect_equal(await view.text('#sessions-empty'), 'Nobody is streaming now.', 'instead of sessions');
  expect_equal(await view.text('#backends-empty'), 'No backend is configured.', 'instead of backends');
  expect_equal(await view.page.title(), '0 sessions, live.example.com', 'the title');
  expect(!(await view.is_shown('#refusals-panel')), 'no refusals, no list of them');
}

const kWrongAnswers = [
  [{ status: 503, type: 'text/plain; charset=utf-8', text: 'rtmpt-gateway <b>is not running\n' },
    'The server answered 503 instead of its status: rtmpt-gateway <b>is not running.'],
  [{ status: 503, type: 'text/html', text: '<p>busy</p>' }, 'The server answered 503'],
  [{ status: 403, type: 'text/html', text: 'no' }, 'does not show its status to you'],
  [{ status: 200, type: 'application/json', text: '{"version":1,' }, 'something else than its status'],
  [{ status: 200, type: 'text/html', text: '<p>please log in' }, 'something else than its status'],
  [{ status: 200, type: 'application/json', text: 'null' }, 'another version'],
  [{ status: 200, type: 'application/json', text: '{"version":2}' }, 'another version'],
];

export async function tells_wrong_answers(view, server) {
  view.watch.expect('Failed to load resource');
  for (const [answer, words] of kWrongAnswers) {
    server.instead = answer;
    await eventually(`it is said: ${words}`, async () => (await view.text('#trouble')).includes(words));
    server.instead = null;
    await view.becomes('live');
  }
}

// A token of a page that is older than the server's is refused, and the reader is told.
export async function tells_that_a_session_was_not_ended(view) {
  view.watch.expect('Failed to load resource');
  const press = async () => {
    const id = await view.page.$eval('#sessions tbody tr', (row) => row.dataset.id);
    await view.page.click(`#sessions tr[data-id="${id}"] button.end`);
    await view.page.click('#confirm-yes');
    return id;
  };
  await view.page.$eval('meta[name="rtmpt-token"]', (meta) => { meta.content = 'of another page'; });
  const id = await press();
  await eventually('the refusal is told', async () => (await view.text('#said')).includes('refused'));
  expect((await view.rows()).some((row) => row.id === id), 'the session goes on');
}

export async function rests_while_hidden(view, server) {
  const hide = (hidden) => view.page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await view.updates(1);
  await hide(true);
  const asked = server.asked;
  await new Promise((done) => { setTimeout(done, 5000); });
  expect_equal(server.asked, asked, 'requests while hidden');
  await hide(false);
  await eventually('it asks again', () => server.asked > asked, 1000);
}
