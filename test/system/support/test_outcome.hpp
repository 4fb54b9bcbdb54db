// SPDX-License-Identifier: Apache-2.0
// Whether the running test case has failed so far: fixtures keep their files then.
#pragma once

namespace rtmpt_proxy::test {

// True once an assertion of the current test case has failed or an exception is on its way out of it.
// Main thread of the test program only.
bool current_test_failed();

} // namespace rtmpt_proxy::test
