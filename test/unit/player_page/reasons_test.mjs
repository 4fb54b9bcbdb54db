// SPDX-License-Identifier: Apache-2.0
// What an answer by HTTP says about a WebSocket that failed.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Backoff } from '../../../mod_rtmpt_proxy/player_page/script/backoff.mjs';
import { keeps_picture, reason_for, words_for } from '../../../mod_rtmpt_proxy/player_page/script/reasons.mjs';

test('each status has a reason, and those that name a time are obeyed', () => {
  const cases = [
    [null, 'unreachable', null],
    [{ status: 200, retry: null }, 'refused', null],
    [{ status: 400, retry: null }, 'refused', null],
    [{ status: 401, retry: null }, 'denied', null],
    [{ status: 403, retry: '2' }, 'denied', null],
    [{ status: 404, retry: '2' }, 'offline', 2000],
    [{ status: 404, retry: null }, 'offline', null],
    [{ status: 404, retry: 'Wed, 21 Oct 2026 07:28:00 GMT' }, 'offline', null],
    [{ status: 404, retry: '-1' }, 'offline', null],
    [{ status: 404, retry: '999999' }, 'offline', 60_000],
    [{ status: 410, retry: '' }, 'offline', null],
    [{ status: 429, retry: '7' }, 'busy', 7000],
    [{ status: 503, retry: '1' }, 'busy', 1000],
    [{ status: 500, retry: null }, 'unreachable', null],
    [{ status: 502, retry: '3' }, 'unreachable', 3000],
  ];
  for (const [answer, state, retry_ms] of cases) {
    const found = reason_for(answer);
    assert.deepEqual([found.state, found.retry_ms], [state, retry_ms], JSON.stringify(answer));
    assert.equal(Boolean(found.never), state === 'denied', 'a denied viewer is not tried again by itself');
    assert.equal(typeof words_for(found.state).text, 'string');
    assert.equal(keeps_picture(found.state), false, 'no old picture where there is none to come');
  }
});

test('pauses grow to a limit, are spread, and begin anew', () => {
  const pauses = (random, count = 12) => {
    const backoff = new Backoff(() => random);
    return Array.from({ length: count }, () => backoff.pause());
  };
  const least = pauses(0);
  assert.equal(least[0], 300);
  assert.equal(least.at(-1), 5000);
  for (let i = 1; i < least.length; i += 1) assert.ok(least[i] >= least[i - 1]);
  assert.ok(pauses(0.999).every((pause, i) => pause > least[i] * 1.35 && pause <= 7000));
  const backoff = new Backoff(() => 0);
  backoff.pause();
  assert.equal(backoff.pause(30_000), 30_000, 'what the server asks for');
  backoff.reset();
  assert.equal(backoff.pause(null), 300);
});
