// SPDX-License-Identifier: Apache-2.0
#include "local/error_text.hpp"
#include "module/checks/configuration_checks.hpp"
#include "module/core/file_place.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"
#include "module/keeper/gateway_user.hpp"

#include <cerrno>
#include <string>

#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

// Runs in a process of its own: becomes the user that the gateway runs as, and exits with 0, or with the errno that
// this user would get. An invalid User or Group is refused by httpd itself.
[[noreturn]] void try_as_user(const std::string& path, const GatewayUser& user) {
  const bool changed =
      ::setgid(user.group) == 0 &&
      (user.is_httpds ? ::initgroups(ap_unixd_config.user_name, user.group) : ::setgroups(0, nullptr)) == 0 &&
      ::setuid(user.user) == 0;
  ::_exit(!changed || ::access(path.c_str(), X_OK) == 0 ? 0 : errno);
}

std::string name_of(const GatewayUser& user) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): httpd checks its configuration in one thread
  const passwd* const entry = ::getpwuid(user.user);
  return entry ? entry->pw_name : '#' + std::to_string(user.user);
}

// What is wrong with the program for the user who will run it.
PlaceProblem problem_of_program(const std::string& path, const GatewayUser& user) {
  const PlaceProblem mine = problem_of_executing(path);
  if (!mine.reason.empty() || ::geteuid() != 0) return mine;
  const pid_t pid = ::fork();
  if (pid == 0) try_as_user(path, user);
  int status = 0;
  while (pid > 0 && ::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) == 0) return {};
  return {"expected a file that the user '" + name_of(user) +
              "' may execute, in directories that this user may enter: " + local::error_text(WEXITSTATUS(status)),
          false};
}

} // namespace

// Only `httpd -t` fails. An httpd that starts without its gateway still serves pages.
int check_gateway_program(server_rec* main_server) {
  if (!is_configtest() || !carries_streams(main_server)) return OK;
  const bool named = server_config(main_server).gateway_path.has_value();
  const std::string path = gateway_path(main_server);
  const PlaceProblem problem = problem_of_program(path, gateway_user(main_server));
  if (problem.reason.empty()) return OK;
  const bool warning = !named || (problem.of_permission && is_tried_by_another_user());
  ap_log_error(APLOG_MARK, warning ? APLOG_WARNING : APLOG_ERR, 0, main_server,
               "%s: no stream can be carried: RTMPTGateway '%s'%s: %s", ids::kGatewayPlace, path.c_str(),
               named ? "" : ", the default", problem.reason.c_str());
  return warning ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

} // namespace rtmpt_proxy::apache
