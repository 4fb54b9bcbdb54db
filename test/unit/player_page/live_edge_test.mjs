// SPDX-License-Identifier: Apache-2.0
// How a picture is kept close behind what has arrived.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LiveEdge } from '../../../mod_rtmpt_proxy/player_page/script/live_edge.mjs';

// A picture that is played in steps of a quarter of a second, as browsers tell of the time. Stops where nothing is left.
class Played {
  edge = new LiveEdge();
  now = 0;
  time = 0;
  end;
  rates = [];
  jumps = 0;
  stalls = 0;

  constructor(ahead) {
    this.end = ahead;
    this.edge.connects(0);
  }

  // Plays for `seconds` while as much arrives; `arrives(now)` may say how much does instead.
  play(seconds, arrives = () => 0.25) {
    for (let i = 0; i < seconds * 4; i += 1) {
      const rate = this.rates.at(-1) ?? 1;
      this.now += 0.25;
      this.end += arrives(this.now);
      this.time += 0.25 * rate;
      if (this.time > this.end) {
        this.time = this.end;
        this.stalls += 1;
        this.edge.stalls(this.now);
      }
      const { rate: next, jump_to } = this.edge.next(this.now, this.time, this.end);
      this.rates.push(next);
      if (jump_to === null) continue;
      this.jumps += 1;
      this.time = jump_to;
    }
    return this.end - this.time;
  }
}

test('what the server sends first is left out, and then the picture is at the edge', () => {
  const played = new Played(1.5);
  const delay = played.play(3);
  assert.equal(played.jumps, 1);
  assert.ok(delay <= 0.35, `${delay} s late`);
});

test('a small delay goes by itself, without a jump, and never faster than a quarter', () => {
  const played = new Played(0.3);
  played.play(1);
  played.end += 0.9; // came at once
  const delay = played.play(20);
  assert.equal(played.jumps, 0);
  assert.ok(delay <= 0.33, `${delay} s late`);
  assert.ok(Math.max(...played.rates) <= 1.25 && Math.min(...played.rates) >= 1);
  assert.equal(played.rates.at(-1), 1, 'the usual speed at the end');
});

test('a long delay is jumped over', () => {
  const played = new Played(0.3);
  played.play(2);
  played.end += 8;
  const delay = played.play(1);
  assert.equal(played.jumps, 1);
  assert.ok(delay <= 0.5, `${delay} s late`);
});

test('a network that comes in bursts gets more distance, and loses it when it is calm', () => {
  const played = new Played(0.3);
  played.play(60, (now) => (now % 1 === 0 ? 1 : 0)); // a second's worth, once a second
  assert.ok(played.edge.target > 0.6 && played.edge.target <= 1.5, `target ${played.edge.target}`);
  const before = played.stalls;
  played.play(15, (now) => (now % 1 === 0 ? 1 : 0));
  assert.equal(played.stalls, before, 'it stops no more');
  const target = played.edge.target;
  played.play(500);
  assert.ok(played.edge.target < target && played.edge.target >= 0.2);
});

test('stops at the beginning do not count', () => {
  const edge = new LiveEdge();
  edge.connects(10);
  for (const now of [10, 10.5, 11.4]) edge.stalls(now);
  assert.equal(edge.target, 0.2);
  edge.stalls(11.6);
  assert.ok(edge.target > 0.2);
});

test('a jump never leads before the beginning', () => {
  assert.equal(new LiveEdge().jump(0, 0.1), 0);
});
