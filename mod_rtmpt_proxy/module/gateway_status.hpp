// Asks the gateway about itself, for pages that show its state.
#pragma once

#include "httpd_headers.hpp"

#include <rtmpt_proxy/protocol/status_messages.hpp>

#include <chrono>
#include <string>

namespace rtmpt_proxy::apache {

struct StatusAnswer {
  bool ok = false;
  std::string text;    // when ok, in the form asked for; as the gateway wrote it: escape it for HTML
  std::string problem; // when not, what is wrong with the gateway: "rtmpt-gateway does not answer"
};

// Asks the gateway that takes the new sessions; one that finishes its own after an upgrade is not asked. Waits on this
// thread, no longer than `within`. Logs nothing.
StatusAnswer ask_status(request_rec* r, protocol::AskStatus question, std::chrono::milliseconds within);

} // namespace rtmpt_proxy::apache
