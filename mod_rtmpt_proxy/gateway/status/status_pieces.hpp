// SPDX-License-Identifier: Apache-2.0
// Writes the gateway's state in any form, in pieces.
#pragma once

#include "gateway/status/status_json.hpp"
#include "gateway/status/status_report.hpp"

#include <rtmpt_proxy/protocol/messages/status_messages.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace rtmpt_proxy::gateway {

// Used by one thread. The JSON, which grows with the sessions, is made piece by piece; the other forms are small.
class StatusPieces {
 public:
  StatusPieces(const StatusReport& report, StatusView view);

  // The next piece of the same report. Must not be called after the last one.
  protocol::StatusPiece next(const StatusReport& report);

 private:
  std::optional<StatusJson> json_;
  std::string text_; // of another form
  std::size_t taken_bytes_ = 0;
};

} // namespace rtmpt_proxy::gateway
