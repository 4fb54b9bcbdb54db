// SPDX-License-Identifier: Apache-2.0
#include "module/checks/configuration_checks.hpp"
#include "module/core/file_place.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"

#include <sys/stat.h>

namespace rtmpt_proxy::apache {

namespace {

// A socket that exists already may belong to the running httpd.
PlaceProblem problem_of_socket(const std::string& path) {
  struct stat file {};
  if (::lstat(path.c_str(), &file) == 0 && !S_ISSOCK(file.st_mode))
    return {"another file is there, expected none or a socket", false};
  return problem_of_directory(path);
}

} // namespace

int check_control_socket(server_rec* main_server) {
  const std::optional<ControlOrder>& order = server_config(main_server).control_socket;
  if (!order || order->path.empty() || is_reload() || !carries_streams(main_server)) return OK;
  const PlaceProblem problem = problem_of_socket(order->path);
  if (problem.reason.empty()) return OK;
  const bool warning = problem.of_permission && is_tried_by_another_user();
  ap_log_error(APLOG_MARK, warning ? APLOG_WARNING : APLOG_ERR, 0, main_server,
               "%s: RTMPTControlSocket cannot be made: '%s': %s", ids::kControlSocketPlace, order->path.c_str(),
               problem.reason.c_str());
  return warning ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

} // namespace rtmpt_proxy::apache
