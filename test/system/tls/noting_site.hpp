// SPDX-License-Identifier: Apache-2.0
// An httpd whose gateway notes what it is told about TLS.
#pragma once

#include "support/httpd/httpd_fixture.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// A <VirtualHost> for TLS that carries streams, with RTMPTTerminateTLS gateway and these lines. Its certificate and key
// are `file`.pem and `file`.key; empty: the lines name them.
std::string tls_host(const std::string& name, const std::string& file, const std::string& lines = {});

class NotingSite {
 public:
  explicit NotingSite(HttpdOptions options = {});

  // Certificates and keys are made there before start().
  const std::filesystem::path& root() const { return httpd_.root(); }

  // Starts httpd with these virtual hosts besides the two that there are.
  void start(const std::string& hosts);
  // Changes them, and httpd reloads.
  void graceful(const std::string& hosts);

  // All messages that the gateway which runs has got; waits until there are so many.
  std::vector<protocol::TlsServers> messages(std::size_t count = 1) const;
  // The servers of the last one.
  std::vector<protocol::TlsServer> servers(std::size_t count = 1) const { return messages(count).back().servers; }

  HttpdFixture& httpd() { return httpd_; }

 private:
  HttpdOptions options_;
  HttpdFixture httpd_;
};

} // namespace rtmpt_proxy::test
