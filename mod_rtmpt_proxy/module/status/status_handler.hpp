// SPDX-License-Identifier: Apache-2.0
// SetHandler rtmpt-status: the state of rtmpt-gateway as a page, as JSON, as metrics; and, where RTMPTStatusControl
// allows it, orders (status_orders.hpp).
#pragma once

#include "module/core/hook_guard.hpp"
#include "module/core/httpd_headers.hpp"

#include <array>

namespace rtmpt_proxy::apache {

// RTMPTStatusControl's handler. Returns null, or what is wrong.
const char* set_status_control(cmd_parms* cmd, void* config, int on);

inline constexpr char kStatusSetterFailed[] = "RTMPT119: internal error, see the line before";

// Rows of the module's table, without an end mark.
constexpr std::array<command_rec, 1> status_directives() {
  constexpr auto kSetter = guarded<set_status_control, static_cast<const char*>(kStatusSetterFailed)>;
  return {
    AP_INIT_FLAG("RTMPTStatusControl", kSetter, nullptr, RSRC_CONF | ACCESS_CONF,
                 "On or Off: whether sessions can be ended and media servers drained from the status page")
  };
}

void register_status_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
