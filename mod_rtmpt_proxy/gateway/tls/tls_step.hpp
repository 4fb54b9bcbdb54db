// SPDX-License-Identifier: Apache-2.0
// What comes of a step of TLS: OpenSSL without its way of telling results.
#pragma once

#include <cstddef>
#include <string>

namespace rtmpt_proxy::gateway {

// What came of a step.
enum class TlsStep {
  done,
  wants_read,  // the same step again when the socket is readable
  wants_write, // or writable
  ended,       // the other end has closed the connection
  failed,      // the object that took the step says why. Nothing more may be asked of it
};

struct TlsMoved {
  TlsStep step = TlsStep::done;
  std::size_t bytes = 0; // only with `done`, and then at least one
};

// The most plaintext that TLS puts into one record.
inline constexpr std::size_t kTlsRecordBytes = 16384;

// OpenSSL's own words for the first error of this thread, "wrong version number".
std::string words_for_tls_error();

// OpenSSL and the system keep the errors of earlier calls, of other connections too. To be called before each step.
void forget_tls_errors();

} // namespace rtmpt_proxy::gateway
