// SPDX-License-Identifier: Apache-2.0
// How late the picture is.
import { expect } from '../../checks/expect.mjs';
import { eventually } from '../../lib/eventually.mjs';

// Goals are 0.4 s and 0.6 s; a busy machine may need somewhat more.
const kMostDelayMs = 600;
const kMostFirstMs = 1200;
const kPictures = 150;
const kBegins = 5;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

// The delays of so many pictures, in ms, between the moment when a picture has arrived and the one when it is shown.
const delays_of = (view, count) => view.of_player(({ video }, wanted) => new Promise((done) => {
  const delays = [];
  const note = (now, { mediaTime, expectedDisplayTime }) => {
    const begin = window.arrivals[0].time; // the picture's time begins with the first one
    const arrival = window.arrivals.find(({ time }) => time - begin >= mediaTime * 1000 - 1);
    delays.push(expectedDisplayTime - arrival.at);
    if (delays.length < wanted) video.requestVideoFrameCallback(note);
    else done(delays);
  };
  video.requestVideoFrameCallback(note);
}), 'rtmpt-player', count);

// For a page of which note_arrivals() knows.
export async function is_hardly_late(view) {
  await view.becomes('playing');
  await view.plays(75); // what came at once has been shown
  const delays = await delays_of(view, kPictures);
  const p50 = median(delays);
  expect(p50 > 0 && p50 <= kMostDelayMs, `the picture is ${p50} ms late`);
  return `p50 ${Math.round(p50)} ms, most ${Math.round(Math.max(...delays))} ms, of ${delays.length} pictures`;
}

// From the press of the button to the first picture.
export async function begins_at_once(view) {
  await view.becomes('playing');
  const times = [];
  for (let i = 0; i < kBegins; i += 1) {
    await view.press_inside('.bar button');
    await view.becomes('idle');
    times.push(await view.of_player((player) => new Promise((done) => {
      const began = performance.now();
      player.video.requestVideoFrameCallback((now) => done(now - began));
      player.shadowRoot.querySelector('.bar button').click();
    })));
    await view.becomes('playing');
  }
  const p50 = median(times);
  expect(p50 <= kMostFirstMs, `the first picture takes ${p50} ms`);
  return `first picture after ${times.map(Math.round).join(', ')} ms`;
}

// A viewer who is too slow gets the stream from a later key frame on: what lies between is never shown.
export async function goes_on_behind_a_gap(view, site) {
  await view.becomes('playing');
  await view.plays(25);
  site.server.is_silent = true;
  await view.becomes('waiting');
  await new Promise((done) => { setTimeout(done, 2000); }); // so long is the gap, at least
  site.server.is_silent = false;
  await view.becomes('playing');
  await view.plays(50);
  await eventually('it is hardly late', async () => (await view.of_player(({ delay }) => delay)) < 1);
  expect(site.server.asked.length === 1, `it has connected once: ${site.server.asked.join(', ')}`);
}
