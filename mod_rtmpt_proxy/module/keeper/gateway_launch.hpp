// SPDX-License-Identifier: Apache-2.0
// Starts the gateway's executable: fork, give up privileges, exec.
#pragma once

#include "local/descriptor.hpp"
#include "module/core/httpd_headers.hpp"
#include "module/keeper/gateway_rights.hpp"
#include "module/link/retained_gateways.hpp"

#include <cstdint>
#include <string>

namespace rtmpt_proxy::apache {

struct LaunchOrder {
  std::string path;             // the executable
  std::uint32_t threads = 1;    // event loops
  GatewayUser user;             // takes effect when httpd's parent is root's
  int door_gateways_end = -1;   // becomes the gateway's descriptor 3; stays the caller's too
  server_rec* server = nullptr; // its error log becomes the gateway's standard error
  apr_pool_t* scratch = nullptr;
};

struct LaunchResult {
  pid_t pid = 0;              // 0: nothing runs
  GatewayFile file{};         // that was there just before
  local::Descriptor lifeline; // the parent's end
  std::string failure;        // names the file and says why, when pid is 0
};

// The file at `path` now; all zero when there is none.
GatewayFile gateway_file_at(const char* path);

// For httpd's parent only. Returns when the new program runs, or with the reason why it cannot. Only its Hello shows
// that it works; until then end_gateway() can remove it.
LaunchResult launch_gateway(const LaunchOrder& order);

// Kills the process and waits for its end, so that httpd does not notice it.
void end_gateway(pid_t pid);

} // namespace rtmpt_proxy::apache
