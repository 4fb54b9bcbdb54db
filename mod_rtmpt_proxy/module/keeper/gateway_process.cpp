// SPDX-License-Identifier: Apache-2.0
#include "module/keeper/gateway_process.hpp"

#include "module/core/message_ids.hpp"
#include "module/core/server_config.hpp"
#include "module/keeper/gateway_launch.hpp"
#include "module/keeper/gateway_lifeline.hpp"
#include "module/keeper/gateway_user.hpp"
#include "module/keeper/gateway_watch.hpp"

#include <rtmpt_proxy/version.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::int64_t kCrashLoopSeconds = 10; // more than kCountedStarts starts in this time are a crash loop

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

bool open_door(GatewaySlot& slot) {
  std::optional<local::SocketPair> door = local::make_socket_pair(SOCK_SEQPACKET);
  if (!door) return false;
  slot.door_children_end = door->ours.release();
  slot.door_gateways_end = door->theirs.release();
  return true;
}

// Logs each reason once, however often the start is tried.
void announce_failure(RetainedGateways& retained, const std::string& failure, server_rec* main_server) {
  const bool known = retained.condition == GatewayCondition::failed &&
                     std::string_view(failure).substr(0, kMaxFailureBytes - 1) == retained.failure;
  retained.restart_due = true;
  post_condition(retained, GatewayCondition::failed, failure);
  ap_log_error(APLOG_MARK, known ? APLOG_DEBUG : APLOG_ERR, 0, main_server, "%s: no RTMPT session can be opened: %s",
               ids::kGatewayNotStarted, failure.c_str());
}

} // namespace

GatewayProgram gateway_program(const server_rec* main_server) {
  return {gateway_path(main_server), gateway_threads(main_server), gateway_user(main_server)};
}

std::string bring_up(GatewaySlot& slot, const GatewayProgram& program, server_rec* main_server) {
  const std::string& path = program.path;
  if (slot.door_children_end < 0 && !open_door(slot)) return "there is no socket pair for the door of '" + path + "'";
  apr_pool_t* scratch = nullptr;
  apr_pool_create(&scratch, main_server->process->pconf);
  LaunchResult launched =
      launch_gateway({path, program.threads, program.user, slot.door_gateways_end, main_server, scratch});
  apr_pool_destroy(scratch);
  if (launched.pid == 0) return launched.failure;
  Greeting greeting = await_greeting(launched.lifeline.get());
  if (!greeting.version.empty() && greeting.version != project_version())
    greeting.failure = "its version is '" + greeting.version + "', expected '" + std::string(project_version()) + "'";
  if (!greeting.failure.empty()) {
    end_gateway(launched.pid);
    return "cannot use '" + path + "': " + greeting.failure;
  }
  slot.pid = launched.pid;
  slot.lifeline = launched.lifeline.release();
  slot.threads = program.threads;
  slot.user = program.user.user;
  slot.group = program.user.group;
  slot.file = launched.file;
  copy_text(slot.path, path);
  slot.is_secluded = greeting.is_secluded;
  copy_text(slot.version, greeting.version);
  return {};
}

std::string give_everything_or_end(GatewaySlot& slot, server_rec* main_server) {
  if (give_everything(slot, main_server)) return {};
  end_gateway(slot.pid);
  slot.pid = 0;
  return "cannot use '" + std::string(slot.path) + "': it does not take its settings";
}

void give_settings(GatewaySlot& slot, server_rec* main_server) {
  if (slot.lifeline_is_garbled) return;
  const Delivery delivery = send_settings(slot.lifeline, main_server);
  slot.lifeline_is_garbled = delivery == Delivery::in_part;
  if (delivery == Delivery::whole) return;
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server,
               "%s: rtmpt-gateway (pid %" APR_PID_T_FMT ") does not take its settings", ids::kSettingsNotSent,
               slot.pid);
}

bool give_everything(GatewaySlot& slot, server_rec* main_server) {
  if (slot.lifeline_is_garbled) return false;
  const Delivery delivery = send_tls_servers(slot.lifeline, main_server, slot.is_secluded);
  slot.lifeline_is_garbled = delivery == Delivery::in_part;
  if (delivery == Delivery::whole)
    give_settings(slot, main_server);
  else
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server,
                 "%s: rtmpt-gateway (pid %" APR_PID_T_FMT ") does not take the virtual hosts whose TLS it is to make,"
                 " and gets no settings behind them",
                 ids::kTlsServersNotSent, slot.pid);
  return !slot.lifeline_is_garbled;
}

void take_into_service(RetainedGateways& retained, server_rec* main_server) {
  const GatewaySlot& slot = retained.current;
  watch_gateway(retained.current, main_server->process->pconf);
  retained.restart_due = false;
  post_gateways(retained);
  post_condition(retained, GatewayCondition::running);
  ap_log_error(APLOG_MARK, APLOG_INFO, 0, main_server,
               "%s: rtmpt-gateway %s runs, pid %" APR_PID_T_FMT ", event loops: %u", ids::kGatewayStarted, slot.version,
               slot.pid, slot.threads);
}

void start_current_gateway(RetainedGateways& retained, server_rec* main_server) {
  GatewaySlot& slot = retained.current;
  count_start(retained);
  if (slot.lifeline >= 0) ::close(std::exchange(slot.lifeline, -1));
  slot.lifeline_is_garbled = false;
  std::string failure = bring_up(slot, gateway_program(main_server), main_server);
  if (failure.empty()) {
    post_gateways(retained); // it serves those who wait at its door as soon as it has its settings
    failure = give_everything_or_end(slot, main_server);
  }
  if (!failure.empty()) {
    post_gateways(retained);
    announce_failure(retained, failure, main_server);
    return;
  }
  take_into_service(retained, main_server);
}

void restart_current_gateway(RetainedGateways& retained, server_rec* main_server) {
  if (!crashes_in_a_loop(retained)) {
    start_current_gateway(retained, main_server);
    // A gateway that ended before its Hello is started again at once, without waiting for the monitor hook.
    if (retained.current.pid == 0 && !crashes_in_a_loop(retained)) start_current_gateway(retained, main_server);
    return;
  }
  if (!retained.restart_due)
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: rtmpt-gateway ended %d times in %d seconds: the next try has to wait", ids::kGatewayHeldBack,
                 static_cast<int>(kCountedStarts), static_cast<int>(kCrashLoopSeconds));
  retained.restart_due = true;
  post_condition(retained, GatewayCondition::failed, "rtmpt-gateway ends again and again");
}

} // namespace rtmpt_proxy::apache
