// SPDX-License-Identifier: Apache-2.0
// A real proxy in front of httpd, with the lines that docs/client-address.md gives administrators.
#pragma once

#include "support/clients/byte_stream.hpp"
#include "support/clients/http_connection.hpp"
#include "support/peers/front_program.hpp"

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

namespace rtmpt_proxy::test {

enum class FrontProxyKind {
  nginx,
  haproxy,
  nginx_stream, // TCP, with the PROXY protocol: version 1,
  haproxy_v1,   // 1
  haproxy_v2,   // and 2
};

// Where those with the PROXY protocol connect from: a proxy that the tests' httpd trusts.
inline constexpr const char* kTcpProxyAddress = "127.0.0.2";

std::ostream& operator<<(std::ostream& out, FrontProxyKind kind);

// The text of the block of that language with that number, from 0 on, in a file of docs/. Throws std::runtime_error
// when there is none.
std::string documented_lines(const std::string& file, const std::string& language, int number = 0);

// One process, from construction to the end of the object.
class FrontProxy {
 public:
  // In front of an httpd on 127.0.0.1. Returns when it accepts connections; throws with its log's text.
  FrontProxy(FrontProxyKind kind, std::uint16_t httpd_port);

  Endpoint endpoint() const { return {"127.0.0.1", port_}; }

  // A header of an answer that came through it; HAProxy writes names in small letters.
  std::optional<std::string> header(const HttpResponse& response, std::string name) const;

 private:
  std::string nginx_config(std::uint16_t httpd_port) const;
  std::string nginx_stream_config(std::uint16_t httpd_port) const;
  std::string haproxy_config(std::uint16_t httpd_port) const;
  std::string haproxy_tcp_config(std::uint16_t httpd_port) const;
  std::string config(std::uint16_t httpd_port) const;

  FrontProxyKind kind_;
  std::uint16_t port_;
  FrontProgram program_;
};

} // namespace rtmpt_proxy::test
