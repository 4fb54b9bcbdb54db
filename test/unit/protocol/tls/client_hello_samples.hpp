// SPDX-License-Identifier: Apache-2.0
// First flights of TLS clients: recorded ones, ones made by hand, and what is none.
#pragma once

#include <rtmpt_proxy/protocol/tls/client_hello.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::test {

struct GoodHello {
  const char* reason;
  std::string bytes;
  protocol::ClientHello hello;
};

struct BadHello {
  const char* reason;
  std::string bytes;
  protocol::ClientHelloError error;
};

const std::vector<GoodHello>& good_hellos();
const std::vector<BadHello>& bad_hellos();

struct HelloExtension {
  std::uint16_t type;
  std::string content;
};

// The parts of a hello. The fields are those before the extensions.
std::string hello_fields(const std::string& session_id, const std::string& ciphers = "\x13\x01",
                         const std::string& compressions = std::string(1, '\0'));
std::string message(std::string_view content, std::uint8_t type = 1);
std::string hello_message(const std::vector<HelloExtension>& extensions);
std::string in_records(std::string_view bytes, std::size_t fragment_bytes = 16384);
std::string server_name_list(const std::string& name);
std::string protocol_list(const std::vector<std::string>& names);

} // namespace rtmpt_proxy::test
