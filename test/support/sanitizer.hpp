// SPDX-License-Identifier: Apache-2.0
// Whether the tests, and the programs that they start, were built with a sanitizer.
#pragma once

namespace rtmpt_proxy::test {

// With a sanitizer most of a process's memory is the sanitizer's, which also keeps what was freed, so nothing is said
// by its size.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kMemoryIsItsOwn = false;
#else
inline constexpr bool kMemoryIsItsOwn = true;
#endif

} // namespace rtmpt_proxy::test
