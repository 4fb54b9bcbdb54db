// SPDX-License-Identifier: Apache-2.0
// Which requests want the list of a hub's streams: those for /app/?streams where RTMPTStreamList is On and the streams
// go to a hub.
#pragma once

#include "module/core/hook_guard.hpp"
#include "module/core/httpd_headers.hpp"

#include <array>

namespace rtmpt_proxy::apache {

// RTMPTStreamList's handler. Returns null, or what is wrong.
const char* set_stream_list(cmd_parms* cmd, void* config, int on);

inline constexpr char kListSetterFailed[] = "RTMPT581: internal error, see the line before";

// Rows of the module's table, without an end mark.
constexpr std::array<command_rec, 1> list_directives() {
  constexpr auto kSetter = guarded<set_stream_list, static_cast<const char*>(kListSetterFailed)>;
  return {
    AP_INIT_FLAG("RTMPTStreamList", kSetter, nullptr, RSRC_CONF | ACCESS_CONF,
                 "On or Off: whether /app/?streams tells which streams of a hub are published; Off by default")
  };
}

// The same before httpd has looked at the sections for the path: for the quick handler. Nothing of the request changes.
bool is_path_of_list(request_rec* r);

// Claims these requests, of any method.
void register_list_route_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
