// SPDX-License-Identifier: Apache-2.0
#include "module/keeper/gateway_watch.hpp"

#include "local/patience.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/core/session_log_files.hpp"
#include "module/keeper/gateway_process.hpp"
#include "module/keeper/graceful_stop.hpp"
#include "module/link/shared_waits.hpp"
#include "module/retirement/child_board.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr milliseconds kEndLook{5};

bool httpd_is_stopping() {
  int state = AP_MPMQ_STOPPING;
  const bool known = ap_mpm_query(AP_MPMQ_MPM_STATE, &state) == APR_SUCCESS;
  return !known || state == AP_MPMQ_STOPPING;
}

void handle_end(RetainedGateways& retained, GatewaySlot& slot, int wait_status) {
  const pid_t pid = std::exchange(slot.pid, 0);
  post_gateways(retained);
  const char* const how = describe_end(ap_server_conf->process->pconf, wait_status);
  if (&slot != &retained.current) {
    ap_log_error(APLOG_MARK, APLOG_INFO, 0, ap_server_conf, "%s: retired rtmpt-gateway (pid %" APR_PID_T_FMT ") %s",
                 ids::kGatewayRetired, pid, how);
    close_slot(slot);
    return;
  }
  if (httpd_is_stopping()) return;
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, ap_server_conf,
               "%s: rtmpt-gateway (pid %" APR_PID_T_FMT ") %s: its sessions are lost, starting it again",
               ids::kGatewayDied, pid, how);
  restart_current_gateway(retained, ap_server_conf);
  forget_silence(ap_server_conf);
}

// Tells the end of httpd from a restart, which stops the children in the same way. In a graceful stop httpd's parent
// forgets that an end is pending, but remembers when it was told to end at once.
bool httpd_is_ending() {
  const ap_unixd_mpm_retained_data* const mpm = ap_unixd_mpm_get_retained_data();
  return httpd_is_stopping() && mpm && (mpm->shutdown_pending || (graceful_stop_until() != 0 && mpm->is_ungraceful));
}

// Waits until the programs of session logs have read their pipes, because httpd ends them with a signal, whether they
// have read everything or not.
void await_readers() {
  const std::vector<OpenSessionLog>& logs = server_config(ap_server_conf).session_logs;
  for (milliseconds waited{0}; waited < local::patience::kLastLinesRead; waited += kEndLook) {
    if (std::none_of(logs.begin(), logs.end(), has_unread_lines)) return;
    apr_sleep(microseconds(kEndLook).count());
  }
}

// Ends the gateway and waits for its last lines: it still writes one for each running session. The programs of session
// logs must read them before httpd ends these programs, which it does later, the last started first.
void end_and_wait(GatewaySlot& slot) {
  if (slot.pid <= 0) return;
  if (await_last_stream(slot)) {
    slot.pid = 0;
    return await_readers();
  }
  ::kill(slot.pid, SIGTERM);
  for (milliseconds waited{0}; waited < local::patience::kEndAfterSignal; waited += kEndLook) {
    if (::waitpid(slot.pid, nullptr, WNOHANG) == slot.pid) {
      slot.pid = 0;
      return await_readers();
    }
    apr_sleep(microseconds(kEndLook).count());
  }
}

// httpd calls it with news about the process of the slot at `data`.
void maintain(int reason, void* data, int wait_status) {
  RetainedGateways* const retained = find_retained_gateways();
  auto& slot = *static_cast<GatewaySlot*>(data);
  if (!retained || retained->parent_pid != ::getpid()) return;
  switch (reason) {
  case APR_OC_REASON_DEATH:
  case APR_OC_REASON_LOST:
    apr_proc_other_child_unregister(data); // the entry names a process that has ended
    handle_end(*retained, slot, wait_status);
    break;
  case APR_OC_REASON_UNREGISTER:
    // Also called at each restart and for the unregistering above. Only the end of httpd ends a gateway.
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_EXITING && slot.pid > 0) ::kill(slot.pid, SIGTERM);
    break;
  case APR_OC_REASON_RESTART:
    if (httpd_is_ending()) end_and_wait(slot); // else it goes on
    break;
  default: break;
  }
}

// Ends the gateway with httpd's configuration pool, when the call above did not come.
apr_status_t end_with_httpd(void* data) {
  const RetainedGateways* const retained = find_retained_gateways();
  if (retained && retained->parent_pid == ::getpid() && ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_EXITING)
    end_and_wait(*static_cast<GatewaySlot*>(data));
  return APR_SUCCESS;
}

} // namespace

void watch_gateway(GatewaySlot& slot, apr_pool_t* configuration_pool) {
  auto* const process = static_cast<apr_proc_t*>(apr_pcalloc(configuration_pool, sizeof(apr_proc_t)));
  process->pid = slot.pid;
  apr_proc_other_child_register(process, guarded<maintain>, &slot, nullptr, configuration_pool);
  // Registered once for each slot, however often its process is started again.
  apr_pool_cleanup_kill(configuration_pool, &slot, guarded<end_with_httpd, APR_EGENERAL>);
  apr_pool_pre_cleanup_register(configuration_pool, &slot, guarded<end_with_httpd, APR_EGENERAL>);
}

const char* describe_end(apr_pool_t* pool, int wait_status) {
  if (WIFSIGNALED(wait_status)) return apr_psprintf(pool, "was killed by signal %d", WTERMSIG(wait_status));
  if (WIFEXITED(wait_status)) return apr_psprintf(pool, "ended with status %d", WEXITSTATUS(wait_status));
  return "ended";
}

} // namespace rtmpt_proxy::apache
