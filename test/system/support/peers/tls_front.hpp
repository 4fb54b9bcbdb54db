// SPDX-License-Identifier: Apache-2.0
// A real nginx that ends TLS in front of a media server.
#pragma once

#include "support/os/temp_dir.hpp"
#include "support/peers/front_program.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace rtmpt_proxy::test {

// One process; runs from construction to the end of the object. Its certificate is self-signed, for localhost alone.
class TlsFront {
 public:
  enum class Announces { nobody, client }; // by the PROXY protocol, taken from whoever connects, and passed on

  // Leads to that port of 127.0.0.1. Returns when it accepts. Throws with its log's text.
  explicit TlsFront(std::uint16_t backend_port, Announces announces = Announces::nobody);

  // "rtmps://localhost:<port>".
  std::string url() const { return url_at("localhost"); }
  std::string url_at(const std::string& host) const { return "rtmps://" + host + ":" + std::to_string(port_); }

  // The file by which it can be trusted.
  std::filesystem::path certificate() const { return certificates_.path() / "certificate.pem"; }

 private:
  TempDir certificates_;
  std::uint16_t port_;
  FrontProgram program_;
};

} // namespace rtmpt_proxy::test
