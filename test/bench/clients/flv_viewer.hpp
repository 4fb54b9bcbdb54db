// SPDX-License-Identifier: Apache-2.0
// One viewer of FLV in the answer to a GET or in the messages of a WebSocket.
#pragma once

#include "client_figures.hpp"
#include "flv_tags.hpp"
#include "live_body.hpp"
#include "local/descriptor.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::bench {

// What viewers ask for.
struct FlvSource {
  std::uint16_t port = 0; // of 127.0.0.1
  std::string request;    // head of a GET, or of an upgrade to WebSocket
};

// Of http://127.0.0.1:PORT/PATH or ws://127.0.0.1:PORT/PATH. Throws std::invalid_argument with the URL.
FlvSource flv_source(std::string_view url);

// Used by one thread.
class FlvViewer {
 public:
  // Connects and asks. One that cannot, or is refused, has ended for `figures`, and says why on the standard error.
  FlvViewer(const FlvSource& source, ClientFigures& figures);

  // Reads what is there, waiting for nothing. False when the viewer has ended.
  bool read(std::vector<char>& scratch);
  int descriptor() const { return socket_.get(); } // less than 0: it has none

 private:
  bool take(std::string_view bytes);
  bool take_head(std::string_view& bytes);
  bool end(const std::string& why);

  local::Descriptor socket_;
  ClientFigures& figures_;
  std::string head_; // of the answer, until it is complete
  std::optional<LiveBody> body_;
  FlvTags tags_;
};

} // namespace rtmpt_proxy::bench
