// SPDX-License-Identifier: Apache-2.0
// An httpd whose gateway takes TLS clients before their handshake, and relays what a test tells it.
#pragma once

#include "rtmp/ask_site.hpp"
#include "support/clients/byte_stream.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

// Virtual hosts of the port for TLS: localhost, other.example with *.wild.example, and refused.example, which the
// gateway does not take, have RTMPTTerminateTLS gateway; kept.example has not. `site` stands in each of them and in
// that of the plain port.
HttpdOptions tls_options(const std::string& mpm, const std::string& global = {}, const std::string& site = {});

// Returns when the gateway knows whose TLS it makes, which it names to clients.
class TlsSite : public AskSite {
 public:
  explicit TlsSite(HttpdOptions options);
};

struct HelloOptions {
  std::string name;      // SNI; empty: none
  std::string protocols; // for ALPN, such as "h2"; empty: none
  int most_version = 0;  // as OpenSSL counts; 0: the library's newest
};

// The first flight of OpenSSL as a client.
std::string hello_of(const HelloOptions& options = {});

// A preamble about a client at 192.0.2.7 whose TLS connection to httpd's port is relayed.
protocol::AskPreamble relay_preamble(AskSite& site);

enum class RelayedBy {
  gateway,
  another_gateway, // than the one that has the sessions, as it says from then on
  another_process, // of the same user, which is no gateway
};

// A connection to httpd's private listener, behind these bytes; nothing is spoken on it yet.
local::Descriptor pipe_to(AskSite& site, std::string_view first, RelayedBy by = RelayedBy::gateway);

// A relayed connection: the inner TLS, with the server name of the preamble.
std::unique_ptr<ByteStream> relay(AskSite& site, const protocol::AskPreamble& about, RelayedBy by = RelayedBy::gateway);

// Reads until so many bytes are there, or the stream ends.
std::string read_bytes(ByteStream& stream, std::size_t count);

// Whether httpd ends the connection, in whatever way, without another byte.
bool ends(ByteStream& stream);

} // namespace rtmpt_proxy::test
