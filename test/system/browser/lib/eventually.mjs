// SPDX-License-Identifier: Apache-2.0
// Conditions with a deadline.
import { setTimeout as sleep } from 'node:timers/promises';

const kPatienceMs = 20_000;
const kStepMs = 50;

// Waits until `condition()` gives something true, and returns that. Throws an Error that names `what`.
export async function eventually(what, condition, patience_ms = kPatienceMs) {
  const deadline = Date.now() + patience_ms;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${patience_ms} ms: ${what}`);
    await sleep(kStepMs);
  }
}
