// SPDX-License-Identifier: Apache-2.0
// The session logs, which httpd's parent opens by the rules of CustomLog.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/messages/session_log_target.hpp>

#include <vector>

namespace rtmpt_proxy::apache {

// A session log that is open. The configuration's pool owns the file or program and closes it at a restart.
struct OpenSessionLog {
  protocol::SessionLogTarget target;
  std::string place; // two logs of the same place share the file or the program
  apr_file_t* file = nullptr;
  piped_log* program = nullptr;
};

// The descriptor to write to, which stays its owner's; -1 for syslog.
int descriptor_of(const OpenSessionLog& log);

// Whether the program of the log has not read all that was written to it. False for files and syslog.
bool has_unread_lines(const OpenSessionLog& log);

// Opens the logs of all virtual hosts, at each start, restart and graceful. When a log cannot be opened, httpd does not
// start; a running httpd continues without it.
void register_session_log_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
