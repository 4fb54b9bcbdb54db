// SPDX-License-Identifier: Apache-2.0
#include "module/core/session_log_files.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"

#include <rtmpt_proxy/policy/logs/session_log_setting.hpp>

#include <algorithm>

#include <sys/ioctl.h>

namespace rtmpt_proxy::apache {

namespace {

using policy::SessionLogSetting;
using protocol::SessionLogKind;

// All of this is done with the rights of httpd's parent, usually root's, as for every log of httpd.

bool open_file(OpenSessionLog& log, apr_pool_t* pool, server_rec* server) {
  const apr_status_t status = apr_file_open(&log.file, log.place.c_str(),
                                            APR_WRITE | APR_APPEND | APR_CREATE | APR_LARGEFILE, APR_OS_DEFAULT, pool);
  if (status == APR_SUCCESS) return true;
  ap_log_error(APLOG_MARK, APLOG_ERR, status, server,
               "%s: RTMPTSessionLog of virtual host %s: cannot open '%s' for"
               " appending",
               ids::kSessionLogNotOpened, server->server_hostname, log.place.c_str());
  return false;
}

// When the program ends, httpd starts it again with the same pipe.
bool open_program(OpenSessionLog& log, apr_pool_t* pool, server_rec* server) {
  log.program = ap_open_piped_log(pool, log.place.c_str());
  if (log.program) return true;
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, server,
               "%s: RTMPTSessionLog of virtual host %s: cannot run the program of"
               " session log %s",
               ids::kSessionLogProgramNotRun, server->server_hostname, log.target.name.c_str());
  return false;
}

bool open_log(OpenSessionLog& log, const std::vector<OpenSessionLog>& others, apr_pool_t* pool, server_rec* server) {
  if (log.target.kind == SessionLogKind::syslog) return true;
  const auto same = std::find_if(others.begin(), others.end(), [&log](const OpenSessionLog& other) {
    return other.target.kind == log.target.kind && other.place == log.place;
  });
  if (same != others.end()) {
    log.file = same->file;
    log.program = same->program;
    return true;
  }
  return log.target.kind == SessionLogKind::file ? open_file(log, pool, server) : open_program(log, pool, server);
}

// The setting with an absolute path, which does not depend on the directory that httpd was started in.
SessionLogSetting resolved(const SessionLogSetting& setting, apr_pool_t* pool) {
  SessionLogSetting absolute = setting;
  if (setting.kind != SessionLogKind::file) return absolute;
  const char* const path = ap_server_root_relative(pool, setting.destination.c_str());
  if (path) absolute.destination = path; // otherwise it is no valid path, and opening it reports that
  return absolute;
}

// The name of the log that `setting` describes, opened if no virtual host before had the same; empty when that fails.
std::string open_once(const SessionLogSetting& setting, std::vector<OpenSessionLog>& logs, apr_pool_t* pool,
                      server_rec* server) {
  bool is_other_format = false;
  const std::string plain_name = policy::session_log_name(setting, false);
  for (const OpenSessionLog& other : logs)
    is_other_format = is_other_format || (other.target.name == plain_name && other.target.format != setting.format);
  const std::string name = policy::session_log_name(setting, is_other_format);
  for (const OpenSessionLog& other : logs)
    if (other.target.name == name) return name;
  if (logs.size() == protocol::kMaxSessionLogs) {
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, server,
                 "%s: RTMPTSessionLog of virtual host %s: session log %s is one too"
                 " many: expected at most %u different ones",
                 ids::kTooManySessionLogs, server->server_hostname, name.c_str(),
                 static_cast<unsigned>(protocol::kMaxSessionLogs));
    return {};
  }
  OpenSessionLog log;
  log.target = {name, setting.kind, setting.format, setting.tag, setting.facility};
  log.place = setting.destination;
  if (!open_log(log, logs, pool, server)) return {};
  logs.push_back(std::move(log));
  return name;
}

// A running httpd continues without a log that cannot be opened; the error line says so. When httpd starts, it reads
// its configuration twice. Logs are opened only the second time, because those of the first pass would be closed again,
// and a program that is started and ended makes a line in the error log.
int open_logs(apr_pool_t* pool, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) return OK;
  std::vector<OpenSessionLog>& logs = server_config(main_server).session_logs;
  for (server_rec* server = main_server; server; server = server->next) {
    ServerConfig& config = server_config(server);
    const std::optional<SessionLogSetting>& setting = config.settings.session_log;
    if (!setting || !setting->on) continue;
    config.session_log = open_once(resolved(*setting, pool), logs, pool, server);
    if (config.session_log.empty() && !is_reload()) return HTTP_INTERNAL_SERVER_ERROR;
  }
  return OK;
}

} // namespace

int descriptor_of(const OpenSessionLog& log) {
  apr_file_t* const file = log.program ? ap_piped_log_write_fd(log.program) : log.file;
  apr_os_file_t descriptor = -1;
  if (file && apr_os_file_get(&descriptor, file) != APR_SUCCESS) return -1;
  return descriptor;
}

bool has_unread_lines(const OpenSessionLog& log) {
  int unread_bytes = 0;
  return log.program && ::ioctl(descriptor_of(log), FIONREAD, &unread_bytes) == 0 && unread_bytes > 0;
}

void register_session_log_hooks(apr_pool_t*) {
  // Where mod_log_config opens its logs too. The order between them does not matter.
  ap_hook_open_logs(guarded<open_logs, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
