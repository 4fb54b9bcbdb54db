#include "gateway_process.hpp"

#include "child_signal.hpp"
#include "gateway_launch.hpp"
#include "gateway_lifeline.hpp"
#include "gateway_watch.hpp"
#include "hook_guard.hpp"
#include "proxy_workers.hpp"
#include "server_config.hpp"

#include <rtmpt_proxy/version.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::int64_t kCrashLoopSeconds = 10; // more than kCountedStarts starts in so long are a crash loop

std::int64_t now_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void count_start(RetainedGateways& retained) {
  std::rotate(retained.start_times.rbegin(), retained.start_times.rbegin() + 1, retained.start_times.rend());
  retained.start_times.front() = now_seconds();
}

bool crashes_in_a_loop(const RetainedGateways& retained) {
  return retained.start_times.back() != 0 && now_seconds() - retained.start_times.back() < kCrashLoopSeconds;
}

template <std::size_t size>
void copy_text(char (&destination)[size], std::string_view text) {
  const std::size_t length = std::min(text.size(), size - 1);
  std::memcpy(destination, text.data(), length);
  destination[length] = '\0';
}

// Runs the executable until it has said a good Hello. Returns why it did not; else fills `slot` and returns nothing.
std::string bring_up(GatewaySlot& slot, const std::string& path, server_rec* main_server) {
  apr_pool_t* scratch = nullptr;
  apr_pool_create(&scratch, main_server->process->pconf);
  LaunchResult launched = launch_gateway({path, slot.door_gateways_end, main_server, scratch});
  apr_pool_destroy(scratch);
  if (launched.pid == 0) return launched.failure;
  std::string failure;
  const std::string version = await_greeting(launched.lifeline.get(), failure);
  if (!version.empty() && version != project_version())
    failure = "its version is '" + version + "', expected '" + std::string(project_version()) + "'";
  if (!failure.empty()) {
    end_gateway(launched.pid);
    return "cannot use '" + path + "': " + failure;
  }
  slot.pid = launched.pid;
  slot.lifeline = launched.lifeline.release();
  copy_text(slot.path, path);
  copy_text(slot.version, version);
  return {};
}

bool open_door(GatewaySlot& slot) {
  std::optional<SocketPair> door = make_socket_pair(SOCK_SEQPACKET);
  if (!door) return false;
  slot.door_children_end = door->ours.release();
  slot.door_gateways_end = door->theirs.release();
  return true;
}

void give_settings(GatewaySlot& slot, server_rec* main_server) {
  if (send_settings(slot.lifeline, main_server)) return;
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server,
               "%s: rtmpt-gateway (pid %" APR_PID_T_FMT ") does not take its settings", ids::kSettingsNotSent,
               slot.pid);
}

// For a gateway that has just come up in the current slot.
void take_into_service(RetainedGateways& retained, server_rec* main_server) {
  GatewaySlot& slot = retained.current;
  watch_gateway(slot, main_server->process->pconf);
  give_settings(slot, main_server);
  retained.restart_due = false;
  post_condition(*retained.board, GatewayCondition::running);
  ap_log_error(APLOG_MARK, APLOG_INFO, 0, main_server, "%s: rtmpt-gateway %s runs, pid %" APR_PID_T_FMT,
               ids::kGatewayStarted, slot.version, slot.pid);
}

// One line for each reason, however often it is tried.
void announce_failure(RetainedGateways& retained, const std::string& failure, server_rec* main_server) {
  const bool known =
      retained.board->state.load(std::memory_order_relaxed) == static_cast<std::uint32_t>(GatewayCondition::failed) &&
      failure == retained.board->failure;
  retained.restart_due = true;
  post_condition(*retained.board, GatewayCondition::failed, failure);
  ap_log_error(APLOG_MARK, known ? APLOG_DEBUG : APLOG_ERR, 0, main_server, "%s: no RTMPT session can be opened: %s",
               ids::kGatewayNotStarted, failure.c_str());
}

// The slot of a gateway that is to finish its sessions. When all are taken the oldest process has to go.
GatewaySlot& slot_for_retirement(RetainedGateways& retained) {
  for (GatewaySlot& slot : retained.retiring)
    if (slot.door_children_end < 0) return slot;
  GatewaySlot& oldest = retained.retiring.front();
  if (oldest.pid > 0) end_gateway(oldest.pid);
  close_slot(oldest);
  std::rotate(retained.retiring.begin(), retained.retiring.begin() + 1, retained.retiring.end());
  return retained.retiring.back();
}

// The process of `slot` finishes its sessions in a slot of the retiring. Only in post_config, before watching begins.
void retire(RetainedGateways& retained, const GatewaySlot& slot, server_rec* main_server) {
  GatewaySlot& place = slot_for_retirement(retained);
  place = slot;
  send_retirement(place.lifeline);
  ap_log_error(APLOG_MARK, APLOG_INFO, 0, main_server,
               "%s: rtmpt-gateway %s (pid %" APR_PID_T_FMT ") finishes its sessions", ids::kGatewayRetires,
               place.version, place.pid);
}

// A new gateway beside the old one, which keeps serving when the new one does not start.
void replace_current(RetainedGateways& retained, const std::string& path, server_rec* main_server) {
  GatewaySlot next;
  clear_slot(next);
  std::string failure = open_door(next) ? bring_up(next, path, main_server) : "no socket pair for its door";
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

// Processes may have ended while nobody was watching, between two generations.
void reap_unwatched(RetainedGateways& retained) {
  const auto reap = [](GatewaySlot& slot) {
    if (slot.pid > 0 && ::waitpid(slot.pid, nullptr, WNOHANG) == slot.pid) slot.pid = 0;
  };
  reap(retained.current);
  for (GatewaySlot& slot : retained.retiring) {
    reap(slot);
    if (slot.pid == 0) close_slot(slot);
  }
}

void settle_current(RetainedGateways& retained, bool wanted, server_rec* main_server) {
  GatewaySlot& current = retained.current;
  const std::string path = gateway_path(main_server);
  if (!wanted) {
    retained.restart_due = false;
    post_condition(*retained.board, GatewayCondition::unused);
  }
  if (current.pid == 0) {
    if (wanted) start_current_gateway(retained, main_server);
  } else if (!wanted) {
    retire(retained, current, main_server);
    clear_slot(current);
  } else if (path != current.path || project_version() != current.version) {
    replace_current(retained, path, main_server);
  }
}

int post_config(apr_pool_t* configuration_pool, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG ||
      ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_NORMAL)
    return OK;
  const bool wanted = carries_streams(main_server);
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
  reap_unwatched(*retained);
  const pid_t before = retained->current.pid;
  settle_current(*retained, wanted, main_server);
  if (before > 0 && retained->current.pid == before) { // the same as in the last generation
    watch_gateway(retained->current, configuration_pool);
    give_settings(retained->current, main_server);
  }
  for (GatewaySlot& slot : retained->retiring)
    if (slot.pid > 0) watch_gateway(slot, configuration_pool);
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

void start_current_gateway(RetainedGateways& retained, server_rec* main_server) {
  GatewaySlot& slot = retained.current;
  count_start(retained);
  if (slot.lifeline >= 0) ::close(std::exchange(slot.lifeline, -1));
  const bool has_door = slot.door_children_end >= 0 || open_door(slot);
  const std::string failure =
      has_door ? bring_up(slot, gateway_path(main_server), main_server) : "no socket pair for its door";
  if (!failure.empty()) {
    announce_failure(retained, failure, main_server);
    return;
  }
  take_into_service(retained, main_server);
}

void restart_current_gateway(RetainedGateways& retained, server_rec* main_server) {
  if (!crashes_in_a_loop(retained)) {
    start_current_gateway(retained, main_server);
    return;
  }
  if (!retained.restart_due)
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: rtmpt-gateway ended %d times in %d seconds: the next try has to wait", ids::kGatewayHeldBack,
                 static_cast<int>(kCountedStarts), static_cast<int>(kCrashLoopSeconds));
  retained.restart_due = true;
  post_condition(*retained.board, GatewayCondition::failed, "rtmpt-gateway ends again and again");
}

void register_gateway_hooks(apr_pool_t*) {
  // Late: the settings of all virtual hosts and the workers of mod_proxy must be known.
  ap_hook_post_config(guarded<post_config, OK>, nullptr, nullptr, APR_HOOK_LAST);
  ap_hook_monitor(guarded<monitor, DECLINED>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
