// SPDX-License-Identifier: Apache-2.0
// A probe's connection: plain or TLS, bounded in time.
#pragma once

#include "control/name_lookup.hpp"
#include "local/descriptor.hpp"
#include "local/gateway_channel.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace rtmpt_proxy::control {

// What a handshake of TLS has shown. Texts come from the server.
struct TlsFacts {
  std::string protocol;  // "TLSv1.3"
  std::string cipher;    // "TLS_AES_256_GCM_SHA384"
  std::string name;      // of the certificate: its common name, or its first DNS name
  int days_left = 0;     // until it expires; negative: since then
  long verification = 0; // X509_V_OK, or another result of OpenSSL
  std::string verdict;   // OpenSSL's words for it
  std::string error;     // why there is no TLS; empty when there is
  bool timed_out = false;
};

enum class LineStatus : std::uint8_t { ok, ended, timed_out, broken };

// Not thread-safe. Closes without a word of farewell.
class ProbeLine {
 public:
  // Tries one address after the other; the last ones share what is left of the time. 0 or a value of errno; ETIMEDOUT
  // when the time is over. `used` is the address that answered, or the one tried last.
  int connect_to(const std::vector<SocketAddress>& addresses, local::Deadline deadline, SocketAddress& used);

  // Begins TLS. The certificate is looked at, and the handshake goes on whatever it is.
  TlsFacts start_tls(const std::string& host, local::Deadline deadline);

  // Sends all of `bytes`, or says why not.
  LineStatus send(std::string_view bytes, local::Deadline deadline);
  // Waits for some bytes. `bytes` is empty unless the status is ok.
  LineStatus receive(std::string& bytes, local::Deadline deadline);

  // The system's or OpenSSL's reason of `broken`.
  const std::string& reason() const { return reason_; }

 private:
  // Waits until the socket is ready for what is missing after `result` of an SSL call, or of a system call.
  LineStatus wait_after(int result, short events, local::Deadline deadline);
  LineStatus wait_for(short events, local::Deadline deadline);

  local::Descriptor socket_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, SSL_free};
  std::string reason_;
};

} // namespace rtmpt_proxy::control
