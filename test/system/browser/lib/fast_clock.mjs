// SPDX-License-Identifier: Apache-2.0
// A page whose pauses are short, so that a check need not wait for them.

// The page's rest between two answers is between these; what else it waits for, such as its patience with a server that
// says nothing, is not, and takes its real time.
const kShortestRestMs = 1000;
const kLongestRestMs = 5000;
const kFactor = 10;

// To be made before the page is opened. `factors` replaces how many times shorter a wait is, for waits of that many ms.
export async function hurry(page, factors = {}) {
  await page.evaluateOnNewDocument((least, most, usual, others) => {
    const real = window.setTimeout;
    const factor_of = (ms) => others[ms] ?? (ms >= least && ms <= most ? usual : 1);
    window.setTimeout = (work, ms = 0, ...rest) => real.call(window, work, ms / factor_of(ms), ...rest);
  }, kShortestRestMs, kLongestRestMs, kFactor, factors);
}
