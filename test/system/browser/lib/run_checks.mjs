// SPDX-License-Identifier: Apache-2.0
// Runs checks and says how each went.
import { visible_in } from './words.mjs';

const kCheckMs = 90_000;

function bounded(work, name) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} took longer than ${kCheckMs} ms`)), kCheckMs);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

// Whether the check has passed.
async function run_check([name, work]) {
  const began = performance.now();
  const tell = (line) => console.log(`${line} (${Math.round(performance.now() - began)} ms)`);
  try {
    const told = await bounded(work(), name);
    tell(`ok      ${name}${told ? `: ${told}` : ''}`);
    return true;
  } catch (error) {
    tell(`FAILED  ${name}: ${visible_in(error.stack ?? error)}`);
    return false;
  }
}

// Each of `groups` is {checks, together}: `checks` are [name, async () -> text to print or nothing]; `together` of them run
// at a time, because a check waits a part of its time. A group begins when the one before has ended. Returns the number of
// checks that failed.
export async function run_checks(groups) {
  const ended = [];
  for (const { checks, together = 1 } of groups) {
    const waiting = [...checks];
    const work_through = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) ended.push(await run_check(next));
    };
    await Promise.all(Array.from({ length: together }, work_through));
  }
  const failed = ended.filter((good) => !good).length;
  console.log(`${ended.length - failed} checks passed, ${failed} failed`);
  return failed;
}
