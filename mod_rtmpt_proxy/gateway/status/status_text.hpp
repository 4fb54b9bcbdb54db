// SPDX-License-Identifier: Apache-2.0
// Words and numbers that the forms of a status report share.
#pragma once

#include "gateway/status/status_report.hpp"

#include <rtmpt_proxy/protocol/messages/status_messages.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// "ok", "error", "disabled", "draining", "stopped", "standby", "unhealthy",
// "unknown".
std::string_view to_string(protocol::MemberCondition condition);

// "2026-11-22T18:02:03.123Z".
std::string utc_text(WallTime time);

// How long the gateway has run.
std::chrono::seconds uptime(const StatusReport& report);

} // namespace rtmpt_proxy::gateway
