// SPDX-License-Identifier: Apache-2.0
// What the checks say when something is not as it should be.
import assert from 'node:assert/strict';

export const expect_equal = (found, wanted, what) => assert.deepEqual(found, wanted, `${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`);

export const expect = (good, what) => assert.ok(good, what);
