// SPDX-License-Identifier: Apache-2.0
#include "module/checks/configuration_checks.hpp"
#include "module/core/file_place.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"

#include <set>
#include <string>

namespace rtmpt_proxy::apache {

namespace {

using policy::SessionLogSetting;
using protocol::SessionLogKind;

struct Finding {
  std::string what; // the file or the program
  PlaceProblem problem;
  const char* id = ids::kSessionLogPlace;
};

Finding look_at_file(apr_pool_t* pool, const SessionLogSetting& setting) {
  const char* const path = ap_server_root_relative(pool, setting.destination.c_str());
  if (!path) return {setting.destination, {"expected the path of a file", false}};
  return {path, problem_of_appending(path)};
}

// Checks the program as httpd runs it: in the directory "/", without a search in PATH. The command of a shell cannot be
// checked.
Finding look_at_program(apr_pool_t* pool, const SessionLogSetting& setting) {
  std::string_view command = setting.destination;
  if (command.starts_with('|')) command.remove_prefix(1);
  if (command.starts_with('$')) return {};
  char** words = nullptr;
  apr_tokenize_to_argv(std::string(command).c_str(), &words, pool);
  const std::string name = words && words[0] ? words[0] : "";
  Finding finding{name, problem_of_executing(name.starts_with('/') ? name : "/" + name), ids::kSessionLogProgramPlace};
  if (!finding.problem.reason.empty() && !name.starts_with('/'))
    finding.problem.reason += ". Expected the path of a program, from / on";
  return finding;
}

Finding look_at(apr_pool_t* pool, const SessionLogSetting& setting) {
  switch (setting.kind) {
  case SessionLogKind::file: return look_at_file(pool, setting);
  case SessionLogKind::pipe: return look_at_program(pool, setting);
  case SessionLogKind::syslog: break;
  }
  return {};
}

int check_server(apr_pool_t* pool, server_rec* server, std::set<std::string>& seen) {
  const std::optional<SessionLogSetting>& setting = server_config(server).settings.session_log;
  if (!setting || !setting->on) return OK;
  const Finding finding = look_at(pool, *setting);
  if (finding.problem.reason.empty() || !seen.insert(finding.what).second) return OK;
  const bool warning = finding.problem.of_permission && is_tried_by_another_user();
  ap_log_error(APLOG_MARK, warning ? APLOG_WARNING : APLOG_ERR, 0, server,
               "%s: %s: RTMPTSessionLog cannot be opened: '%s': %s", finding.id, place_of(server).c_str(),
               finding.what.c_str(), finding.problem.reason.c_str());
  return warning ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

} // namespace

int check_session_logs(apr_pool_t* pool, server_rec* main_server) {
  if (is_reload()) return OK; // opening the log reports it, and httpd continues
  std::set<std::string> seen;
  int result = OK;
  for (server_rec* server = main_server; server; server = server->next)
    if (check_server(pool, server, seen) != OK) result = HTTP_INTERNAL_SERVER_ERROR;
  return result;
}

} // namespace rtmpt_proxy::apache
