// SPDX-License-Identifier: Apache-2.0
// A gateway of another version: says so on its lifeline and waits for its end. For a test of what httpd does then.
//   other_version_gateway --door-fd N --lifeline-fd N
#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <cstdlib>
#include <string>
#include <string_view>

#include <unistd.h>

int main(int argc, char** argv) {
  int lifeline = -1;
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string_view(argv[i]) == "--lifeline-fd") lifeline = std::atoi(argv[i + 1]);
  }
  namespace protocol = rtmpt_proxy::protocol;
  const auto hello = protocol::encode(
      protocol::Hello{protocol::kGatewayProtocolVersion, "0.0.1", static_cast<std::uint32_t>(getpid()), 1, "test"});
  if (write(lifeline, hello.data(), hello.size()) != static_cast<ssize_t>(hello.size())) return 1;
  char byte = 0;
  while (read(lifeline, &byte, 1) > 0) {
  }
  return 0;
}
