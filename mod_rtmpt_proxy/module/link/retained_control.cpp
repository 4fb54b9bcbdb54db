// SPDX-License-Identifier: Apache-2.0
#include "module/link/retained_control.hpp"

#include "local/control_socket.hpp"
#include "local/local_address.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

// A change of the layout needs a new key; see retained_gateways.hpp.
constexpr const char* kControlKey = "rtmpt_proxy_control_1";

// A socket that httpd's parent listens on.
struct RetainedControl {
  bool open;
  int listener;
  pid_t parent_pid;
  local::FileIdentity identity;
  uid_t user;
  gid_t group;
  mode_t mode;
  char path[local::kMaxPathBytes + 1];
};
static_assert(std::is_trivially_destructible_v<RetainedControl> && std::is_standard_layout_v<RetainedControl>);

RetainedControl* find_retained() {
  auto* const retained = static_cast<RetainedControl*>(ap_retained_data_get(kControlKey));
  return retained && retained->open ? retained : nullptr;
}

void let_go(RetainedControl& retained) {
  local::remove_control_socket(retained.path, retained.identity);
  ::close(std::exchange(retained.listener, -1));
  retained.open = false;
}

void keep(const local::ControlSocketPlan& plan, local::ControlSocket made) {
  auto* retained = static_cast<RetainedControl*>(ap_retained_data_get(kControlKey));
  if (!retained)
    retained = static_cast<RetainedControl*>(ap_retained_data_create(kControlKey, sizeof(RetainedControl)));
  *retained = {true, made.listener.release(), ::getpid(), made.identity, plan.user, plan.group, plan.mode, {}};
  std::memcpy(retained->path, plan.path.data(), std::min(plan.path.size(), local::kMaxPathBytes));
}

bool is_as_planned(const RetainedControl& retained, const local::ControlSocketPlan& plan) {
  return plan.path == retained.path && plan.user == retained.user && plan.group == retained.group &&
         plan.mode == retained.mode && local::is_control_socket(plan.path, retained.identity);
}

local::ControlSocketPlan plan_of(apr_pool_t* pool, const std::optional<ControlOrder>& order) {
  local::ControlSocketPlan plan;
  plan.user = ::geteuid();
  plan.group = ::getegid();
  if (!order) {
    const char* const path = ap_runtime_dir_relative(pool, kDefaultControlName);
    plan.path = path ? path : "";
    return plan;
  }
  plan.path = order->path;
  plan.user = order->user.value_or(plan.user);
  plan.group = order->group.value_or(plan.group);
  plan.mode = order->mode.value_or(order->group ? local::kOwnerAndGroup : local::kOwnerAlone);
  return plan;
}

// httpd counts its configurations from 1. The first pass over the configuration, which only checks it, is not counted.
bool is_first_start() {
  return ap_state_query(AP_SQ_CONFIG_GEN) == 1;
}

// Also called when httpd reads its configuration again, and in children. Only the end of the parent removes the socket.
apr_status_t at_end_of_configuration(void*) {
  RetainedControl* const retained = find_retained();
  if (retained && retained->parent_pid == ::getpid() && ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_EXITING)
    let_go(*retained);
  return APR_SUCCESS;
}

} // namespace

bool settle_control_socket(apr_pool_t* configuration_pool, server_rec* main_server, bool wanted) {
  const std::optional<ControlOrder>& order = server_config(main_server).control_socket;
  const local::ControlSocketPlan plan = plan_of(configuration_pool, order);
  const bool none = !wanted || (order && order->path.empty());
  apr_pool_cleanup_register(configuration_pool, nullptr, guarded<at_end_of_configuration, APR_EGENERAL>,
                            apr_pool_cleanup_null);
  if (RetainedControl* const retained = find_retained()) {
    if (!none && is_as_planned(*retained, plan)) return true;
    let_go(*retained);
  }
  if (none) return true;
  local::ControlSocket made = local::make_control_socket(plan);
  if (made.failure.empty()) {
    keep(plan, std::move(made));
    return true;
  }
  const bool fatal = order && is_first_start();
  ap_log_error(APLOG_MARK,
               fatal   ? APLOG_STARTUP | APLOG_ERR
               : order ? APLOG_ERR
                       : APLOG_WARNING,
               0, main_server, "%s: RTMPTControlSocket %s%s", ids::kControlSocketNotMade, made.failure.c_str(),
               fatal ? "" : "; rtmptctl cannot reach rtmpt-gateway");
  return !fatal;
}

int control_listener() {
  const RetainedControl* const retained = find_retained();
  return retained ? retained->listener : -1;
}

void close_parents_control() {
  RetainedControl* const retained = find_retained();
  if (!retained) return;
  ::close(std::exchange(retained->listener, -1));
  retained->open = false; // in this process's copy
}

} // namespace rtmpt_proxy::apache
