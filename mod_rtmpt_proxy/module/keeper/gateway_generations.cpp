// SPDX-License-Identifier: Apache-2.0
#include "module/keeper/gateway_generations.hpp"

#include "local/patience.hpp"
#include "local/retire_signal.hpp"
#include "module/child/child_signal.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"
#include "module/keeper/gateway_launch.hpp"
#include "module/keeper/gateway_lifeline.hpp"
#include "module/keeper/gateway_process.hpp"
#include "module/keeper/gateway_user.hpp"
#include "module/keeper/gateway_watch.hpp"
#include "module/link/retained_control.hpp"
#include "module/retirement/child_board.hpp"
#include "module/tls/tls_export.hpp"

#include <rtmpt_proxy/version.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

// A slot for a gateway that finishes its sessions. When all slots are taken, the oldest such gateway is ended.
GatewaySlot& slot_for_retirement(RetainedGateways& retained) {
  for (GatewaySlot& slot : retained.retiring)
    if (slot.door_children_end < 0) return slot;
  GatewaySlot& oldest = retained.retiring.front();
  if (oldest.pid > 0) end_gateway(oldest.pid);
  close_slot(oldest);
  std::rotate(retained.retiring.begin(), retained.retiring.begin() + 1, retained.retiring.end());
  return retained.retiring.back();
}

// Moves the gateway of `slot` into a slot of the retiring ones, where it finishes its sessions. Only in post_config,
// before watching begins.
void retire(RetainedGateways& retained, const GatewaySlot& slot, server_rec* main_server) {
  GatewaySlot& place = slot_for_retirement(retained);
  place = slot;
  if (place.lifeline_is_garbled)
    ::kill(place.pid, local::retire_signal());
  else
    send_retirement(place.lifeline);
  ap_log_error(APLOG_MARK, APLOG_INFO, 0, main_server,
               "%s: rtmpt-gateway %s (pid %" APR_PID_T_FMT ") finishes its sessions", ids::kGatewayRetires,
               place.version, place.pid);
}

// Starts a new gateway and retires the old one. When the new one does not start, the old one keeps serving.
void replace_current(RetainedGateways& retained, const GatewayProgram& program, server_rec* main_server) {
  GatewaySlot next;
  clear_slot(next);
  std::string failure = bring_up(next, program, main_server);
  if (failure.empty()) failure = give_everything_or_end(next, main_server);
  if (!failure.empty()) {
    close_slot(next);
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server, "%s: rtmpt-gateway %s (pid %" APR_PID_T_FMT ") goes on: %s",
                 ids::kGatewayNotReplaced, retained.current.version, retained.current.pid, failure.c_str());
    return;
  }
  retire(retained, retained.current, main_server);
  retained.current = next;
  take_into_service(retained, main_server);
}

// For a gateway that goes on from the last generation.
void tell_current(RetainedGateways& retained, server_rec* main_server) {
  if (give_everything(retained.current, main_server)) return;
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server,
               "%s: rtmpt-gateway (pid %" APR_PID_T_FMT ") has taken a part of a message and no more for %d ms, so it"
               " can be told nothing: a new one takes its place",
               ids::kLifelineGarbled, retained.current.pid, static_cast<int>(local::patience::kSettings.count()));
  replace_current(retained, gateway_program(main_server), main_server);
}

// Removes gateways that have ended between two generations, while nobody was watching.
void reap_unwatched(RetainedGateways& retained) {
  const auto reap = [](GatewaySlot& slot) {
    if (slot.pid > 0 && ::waitpid(slot.pid, nullptr, WNOHANG) == slot.pid) slot.pid = 0;
  };
  reap(retained.current);
  for (GatewaySlot& slot : retained.retiring) {
    reap(slot);
    if (slot.pid == 0) close_slot(slot);
  }
  post_gateways(retained);
}

// Whether `program` is what runs in `slot`. The version alone does not say that: a package may be built again.
bool runs(const GatewaySlot& slot, const GatewayProgram& program) {
  if (program.path != slot.path || project_version() != slot.version) return false;
  if (gateway_file_at(slot.path) != slot.file) return false;
  return program.threads == slot.threads && program.user.user == slot.user && program.user.group == slot.group;
}

void settle_current(RetainedGateways& retained, bool wanted, server_rec* main_server) {
  GatewaySlot& current = retained.current;
  const GatewayProgram program = gateway_program(main_server);
  if (!wanted) {
    retained.restart_due = false;
    post_condition(retained, GatewayCondition::unused);
  }
  if (current.pid == 0) {
    if (wanted) start_current_gateway(retained, main_server);
  } else if (!wanted) {
    retire(retained, current, main_server);
    clear_slot(current);
  } else if (!runs(current, program)) {
    replace_current(retained, program, main_server);
  }
}

int post_config(apr_pool_t* configuration_pool, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG ||
      ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_NORMAL)
    return OK;
  const bool wanted = carries_streams(main_server);
  if (!settle_control_socket(configuration_pool, main_server, wanted)) return HTTP_INTERNAL_SERVER_ERROR;
  if (!wanted && !find_retained_gateways()) return OK;
  RetainedGateways* const retained = make_retained_gateways();
  if (!retained) {
    ap_log_error(APLOG_MARK, APLOG_ERR, errno, main_server,
                 "%s: no RTMPT session can be opened: no shared memory for rtmpt-gateway's state",
                 ids::kNoSharedMemory);
    return OK;
  }
  if (!notice_dead_children_at_once(configuration_pool))
    ap_log_error(APLOG_MARK, APLOG_WARNING, errno, main_server,
                 "%s: no handler for SIGCHLD: a crash of rtmpt-gateway is noticed late", ids::kSignalHandler);
  if (!make_child_board())
    ap_log_error(
        APLOG_MARK, APLOG_WARNING, errno, main_server,
        "%s: no shared memory for what httpd's children tell each other: retired ones with streams over TLS are"
        " not limited",
        ids::kNoChildBoard);
  if (wanted) warn_of_unused_gateway_user(main_server);
  reap_unwatched(*retained);
  const pid_t before = retained->current.pid;
  settle_current(*retained, wanted, main_server);
  if (before > 0 && retained->current.pid == before) { // the same as in the last generation
    tell_current(*retained, main_server);
    if (retained->current.pid == before) watch_gateway(retained->current, configuration_pool);
  }
  // Before there are children, which would hand over clients.
  if (retained->current.pid > 0 && !retained->current.is_secluded)
    keep_all_tls(main_server,
                 "other processes of rtmpt-gateway's user can read its memory, because CoreDumpDirectory is"
                 " set, so it gets no keys");
  for (GatewaySlot& slot : retained->retiring) {
    if (slot.pid == 0) continue;
    watch_gateway(slot, configuration_pool);
    // Its sessions use the logs that were opened again. A gateway of another version might not understand this
    // version's messages.
    if (project_version() == slot.version) give_settings(slot, main_server);
  }
  return OK;
}

int monitor(apr_pool_t*, server_rec* main_server) {
  RetainedGateways* const retained = find_retained_gateways();
  if (!retained || retained->parent_pid != ::getpid() || !retained->restart_due) return DECLINED;
  int state = AP_MPMQ_STOPPING;
  if (ap_mpm_query(AP_MPMQ_MPM_STATE, &state) == APR_SUCCESS && state != AP_MPMQ_STOPPING)
    restart_current_gateway(*retained, main_server);
  return DECLINED;
}

} // namespace

void register_gateway_hooks(apr_pool_t*) {
  // Late: the settings of all virtual hosts and the workers of mod_proxy must be known.
  ap_hook_post_config(guarded<post_config, OK>, nullptr, nullptr, APR_HOOK_LAST);
  ap_hook_monitor(guarded<monitor, DECLINED>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
