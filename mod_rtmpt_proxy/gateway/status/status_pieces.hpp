// The gateway's state in any form, made in pieces.
#pragma once

#include "gateway/status/status_json.hpp"
#include "gateway/status/status_report.hpp"

#include <rtmpt_proxy/protocol/messages/status_messages.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace rtmpt_proxy::gateway {

// One thread. The JSON, whose size grows with the sessions, is made as it is taken; the other forms are small.
class StatusPieces {
 public:
  StatusPieces(const StatusReport& report, StatusView view);

  // The next one, of the same report; not to be called after the last.
  protocol::StatusPiece next(const StatusReport& report);

 private:
  std::optional<StatusJson> json_;
  std::string text_; // of another form
  std::size_t taken_bytes_ = 0;
};

} // namespace rtmpt_proxy::gateway
