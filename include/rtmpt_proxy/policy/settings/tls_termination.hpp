// SPDX-License-Identifier: Apache-2.0
// Where the TLS of a virtual host's clients ends: the values of RTMPTTerminateTLS.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::policy {

enum class TlsTermination : std::uint8_t {
  httpd,   // in mod_ssl: a stream over TLS ends with the child that made its handshake
  gateway, // in rtmpt-gateway, for clients that name no protocol (ALPN)
};

// "httpd" or "gateway".
std::string_view to_string(TlsTermination where);

// The value of that name, in any case of letters; unset for any other text.
std::optional<TlsTermination> find_tls_termination(std::string_view name);

} // namespace rtmpt_proxy::policy
