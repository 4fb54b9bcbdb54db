// SPDX-License-Identifier: Apache-2.0
// What a viewer sees in every course of events, with a clock and a network of the test's own.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Viewer } from '../../../mod_rtmpt_proxy/player_page/script/viewer.mjs';

class Clock {
  time = 0;
  #timers = new Map();
  #next = 1;

  now = () => this.time;

  set = (work, ms) => {
    this.#timers.set(this.#next, { work, at: this.time + ms });
    return this.#next++;
  };

  clear = (timer) => this.#timers.delete(timer);

  get waiting() {
    return this.#timers.size;
  }

  // Lets `ms` go by, and everything happen that is due.
  async pass(ms) {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.time = due[1].at;
      this.#timers.delete(due[0]);
      due[1].work();
      await settled();
    }
    this.time = end;
  }
}

const settled = () => new Promise((done) => { setImmediate(done); });

class Bench {
  clock = new Clock();
  connections = [];
  answers = []; // to come; the last one stays
  asked = 0;
  shown = [];
  viewer = new Viewer({
    connect: (events) => {
      const connection = { ...events, is_open: true, close: () => { connection.is_open = false; } };
      this.connections.push(connection);
      return connection;
    },
    ask: async () => {
      this.asked += 1;
      return this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    },
    clock: this.clock, show: (state) => this.shown.push(state), random: () => 0,
  });

  get last() {
    return this.connections.at(-1);
  }

  get open() {
    return this.connections.filter(({ is_open }) => is_open).length;
  }

  play() {
    this.viewer.start();
    this.last.opened();
    this.last.bytes();
    this.last.picture();
  }
}

test('it connects, shows pictures, and waits when none come', () => {
  const bench = new Bench();
  bench.play();
  bench.last.waiting();
  bench.last.picture();
  assert.deepEqual(bench.shown, ['connecting', 'playing', 'waiting', 'playing']);
  assert.equal(bench.connections.length, 1);
});

test('a stream that ends is connected to again, until it is back', async () => {
  const bench = new Bench();
  bench.answers = [{ status: 404, retry: null }];
  bench.play();
  bench.last.closed();
  assert.equal(bench.viewer.state, 'gone');
  await bench.clock.pass(300);
  assert.equal(bench.connections.length, 2);
  bench.last.closed(); // never opened
  await settled();
  assert.equal(bench.viewer.state, 'offline');
  assert.equal(bench.asked, 1);
  await bench.clock.pass(600);
  bench.last.opened();
  bench.last.picture();
  assert.deepEqual(bench.shown, ['connecting', 'playing', 'gone', 'offline', 'waiting', 'playing']);
  assert.equal(bench.open, 1);
});

test('who may not watch is told so, and nothing is tried until somebody wants it', async () => {
  for (const status of [401, 403]) {
    const bench = new Bench();
    bench.answers = [{ status, retry: null }];
    bench.viewer.start();
    bench.last.closed();
    await settled();
    assert.equal(bench.viewer.state, 'denied');
    assert.equal(bench.viewer.wants, false);
    await bench.clock.pass(3_600_000);
    assert.deepEqual([bench.connections.length, bench.asked, bench.clock.waiting], [1, 1, 0]);
    bench.viewer.start();
    assert.equal(bench.connections.length, 2);
  }
});

test('the server says how long to wait', async () => {
  const bench = new Bench();
  bench.answers = [{ status: 503, retry: '20' }];
  bench.viewer.start();
  bench.last.closed();
  await settled();
  assert.equal(bench.viewer.state, 'busy');
  await bench.clock.pass(19_999);
  assert.equal(bench.connections.length, 1);
  await bench.clock.pass(1);
  assert.equal(bench.connections.length, 2);
});

test('an hour without a server costs an attempt every five seconds at most, and leaves nothing behind', async () => {
  const bench = new Bench();
  bench.answers = [null];
  bench.viewer.start();
  for (let i = 0; i < 720; i += 1) {
    if (bench.last.is_open) bench.last.closed();
    await settled();
    await bench.clock.pass(5000);
  }
  assert.equal(bench.viewer.state, 'unreachable');
  assert.ok(bench.connections.length >= 700 && bench.connections.length <= 740, `${bench.connections.length} attempts`);
  assert.ok(bench.open <= 1 && bench.clock.waiting <= 2);
});

test('the network is back: it does not wait for the pause to end', async () => {
  const bench = new Bench();
  bench.answers = [null];
  bench.viewer.start();
  bench.last.closed();
  await settled();
  bench.viewer.hurry();
  assert.equal(bench.connections.length, 2);
  bench.viewer.hurry(); // one is being made
  assert.equal(bench.connections.length, 2);
});

test('a connection that says nothing is made anew', async () => {
  const bench = new Bench();
  bench.play();
  await bench.clock.pass(10_000);
  bench.last.bytes();
  await bench.clock.pass(14_000);
  assert.equal(bench.connections.length, 1);
  await bench.clock.pass(6000);
  assert.equal(bench.connections.length, 2);
  assert.equal(bench.open, 1);
});

test('a connection that is never made is asked about', async () => {
  const bench = new Bench();
  bench.answers = [null];
  bench.viewer.start();
  await bench.clock.pass(20_100);
  assert.equal(bench.asked, 1);
  assert.equal(bench.viewer.state, 'unreachable');
});

test('bad bytes make a new connection, a codec that is not known makes none', async () => {
  const bench = new Bench();
  bench.play();
  bench.last.broken();
  assert.equal(bench.viewer.state, 'broken');
  await bench.clock.pass(300);
  assert.equal(bench.connections.length, 2);
  bench.last.codec();
  assert.equal(bench.viewer.state, 'codec');
  await bench.clock.pass(60_000);
  assert.deepEqual([bench.connections.length, bench.open, bench.clock.waiting], [2, 0, 0]);
});

test('a stream that breaks soon after each beginning is asked for less and less often', async () => {
  const bench = new Bench();
  bench.play();
  const attempts_in = async (ms) => {
    const before = bench.connections.length;
    for (let passed = 0; passed < ms; passed += 100) {
      await bench.clock.pass(100);
      if (!bench.last.is_open) continue;
      bench.last.opened();
      bench.last.bytes();
      bench.last.picture();
      bench.last.broken();
    }
    return bench.connections.length - before;
  };
  const attempts = await attempts_in(60_000);
  assert.ok(attempts >= 12 && attempts <= 18, `${attempts} attempts in a minute`);
  await bench.clock.pass(5000);
  bench.last.opened();
  for (let i = 0; i < 60; i += 1) {
    bench.last.bytes();
    bench.last.picture(); // again, behind a jump say
    await bench.clock.pass(1000);
  }
  bench.last.closed();
  const { length } = bench.connections;
  await bench.clock.pass(300);
  assert.equal(bench.connections.length, length + 1, 'at once when it has gone well for long');
});

test('what an old connection says does not count', async () => {
  const bench = new Bench();
  bench.play();
  const [old] = bench.connections;
  bench.viewer.stop();
  bench.viewer.start();
  for (const event of ['opened', 'picture', 'closed', 'broken', 'codec', 'waiting']) old[event]();
  await settled();
  assert.equal(bench.viewer.state, 'connecting');
  assert.deepEqual([bench.connections.length, bench.asked], [2, 0]);
});

test('an answer that comes when nobody waits for it does not count', async () => {
  const bench = new Bench();
  bench.answers = [{ status: 403, retry: null }];
  bench.viewer.start();
  bench.last.closed();
  bench.viewer.start(); // while it asks
  await settled();
  assert.equal(bench.viewer.state, 'connecting');
  assert.equal(bench.viewer.wants, true);
});

test('stopped is stopped', async () => {
  const bench = new Bench();
  bench.play();
  bench.last.closed();
  bench.viewer.stop();
  await bench.clock.pass(60_000);
  assert.deepEqual([bench.viewer.state, bench.connections.length, bench.open, bench.clock.waiting], ['idle', 1, 0, 0]);
});
