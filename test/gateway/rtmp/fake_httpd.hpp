// SPDX-License-Identifier: Apache-2.0
// httpd's private listener, with the test behind it.
#pragma once

#include "local/descriptor.hpp"
#include "private_listener.hpp"
#include "test/gateway/loops/gateway_rig.hpp"

#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>

#include <cstdint>
#include <string>

namespace rtmpt_proxy::test {

// What the gateway asks.
struct AskedQuestion {
  protocol::AskPreamble preamble;
  std::string request; // head of the HTTP request
  local::Descriptor connection;

  // Answers with this status, and ends the connection.
  void answer(int status);
  // The same with these words: "200 OK", which is not the module's answer.
  void answer_with(const std::string& status_and_reason);
};

// Listens without a name, as httpd's parent does.
class FakeHttpd {
 public:
  // Tells the gateway about the listener.
  void introduce_to(GatewayRig& gateway, std::uint32_t most_asks = 8);
  // The listener as the gateway gets it, opened with O_PATH.
  int way() const { return listener_.way(); }

  // The next question; throws std::runtime_error when none comes within kPatience.
  AskedQuestion next();
  // The next connection, of which nothing is read; throws as next().
  local::Descriptor accept() { return listener_.accept(); }
  // See PrivateListener.
  std::vector<local::Descriptor> fill() const { return listener_.fill(); }
  // Whether a question waits.
  bool is_asked() const { return listener_.is_asked(); }

 private:
  PrivateListener listener_;
};

} // namespace rtmpt_proxy::test
