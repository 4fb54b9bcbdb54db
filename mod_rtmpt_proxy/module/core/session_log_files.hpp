// The session logs as httpd's parent opens them, by the rules of CustomLog.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/messages/session_log_target.hpp>

#include <vector>

namespace rtmpt_proxy::apache {

// One that is open. File and program are the configuration pool's, and go with it at a restart.
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

// Opens the logs of all virtual hosts, at each start, restart and graceful; httpd does not start when one cannot be
// opened; one that runs goes on without it.
void register_session_log_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
