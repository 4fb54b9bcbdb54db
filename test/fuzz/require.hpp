// SPDX-License-Identifier: Apache-2.0
// What a fuzzer checks beside not crashing.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace rtmpt_proxy::test {

// Ends the program, as a crash does, when `condition` is false; `what` says which promise was broken.
inline void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "a promise is broken: %s\n", what);
  std::abort();
}

} // namespace rtmpt_proxy::test
