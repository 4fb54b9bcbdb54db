// Runs checks one after another and says how each went.
import { visible_in } from './words.mjs';

const kCheckMs = 90_000;

function bounded(work, name) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} took longer than ${kCheckMs} ms`)), kCheckMs);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

// `checks` are [name, async () -> text to print or nothing]. Returns the number of those that failed.
export async function run_checks(checks) {
  let failed = 0;
  for (const [name, work] of checks) {
    const began = performance.now();
    let line;
    try {
      const told = await bounded(work(), name);
      line = `ok      ${name}${told ? `: ${told}` : ''}`;
    } catch (error) {
      failed += 1;
      line = `FAILED  ${name}: ${visible_in(error.stack ?? error)}`;
    }
    console.log(`${line} (${Math.round(performance.now() - began)} ms)`);
  }
  console.log(`${checks.length - failed} checks passed, ${failed} failed`);
  return failed;
}
