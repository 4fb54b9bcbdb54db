// SPDX-License-Identifier: Apache-2.0
#include "module/keeper/gateway_lifeline.hpp"

#include "local/patience.hpp"
#include "module/core/local_names.hpp"
#include "module/core/server_config.hpp"
#include "module/core/status_members.hpp"
#include "module/keeper/ask_listener.hpp"
#include "module/link/retained_ask_door.hpp"
#include "module/link/retained_control.hpp"
#include "module/tls/tls_export.hpp"

#include <span>
#include <vector>

#include <fcntl.h>

namespace rtmpt_proxy::apache {

namespace {

// A channel on a copy of the descriptor, because RetainedGateways owns the descriptor itself.
GatewayChannel borrow(int lifeline) {
  return GatewayChannel(local::Descriptor(::fcntl(lifeline, F_DUPFD_CLOEXEC, 0)));
}

Delivery send(int lifeline, const protocol::GatewayMessage& message, std::span<const int> descriptors = {}) {
  GatewayChannel channel = borrow(lifeline);
  if (channel.send(message, Clock::now() + local::patience::kSettings, descriptors) == ChannelStatus::ok)
    return Delivery::whole;
  return channel.has_sent_in_part() ? Delivery::in_part : Delivery::none;
}

} // namespace

Greeting await_greeting(int lifeline) {
  GatewayChannel channel = borrow(lifeline);
  protocol::GatewayMessage message;
  const ChannelStatus status = channel.receive(message, Clock::now() + local::patience::kGreeting);
  const auto* const hello = std::get_if<protocol::Hello>(&message);
  if (status == ChannelStatus::timed_out)
    return {{}, false, "it said nothing for " + std::to_string(local::patience::kGreeting.count()) + " ms"};
  if (status == ChannelStatus::lost) return {{}, false, "it ended at once"};
  if (status != ChannelStatus::ok || !hello || hello->program_version.empty())
    return {{}, false, "it does not speak as rtmpt-gateway does"};
  return {hello->program_version, hello->is_secluded, {}};
}

Delivery send_tls_servers(int lifeline, server_rec* main_server, bool is_secluded) {
  protocol::GatewayMessage message = protocol::TlsServers{};
  std::vector<protocol::TlsServer>& servers = std::get<protocol::TlsServers>(message).servers;
  const protocol::KeysWiped wiped(servers);
  if (is_secluded) servers = exported_tls_servers(main_server);
  return send(lifeline, message);
}

Delivery send_settings(int lifeline, server_rec* main_server) {
  protocol::GatewaySettings settings;
  settings.log_level = static_cast<std::uint8_t>(ap_get_server_module_loglevel(main_server, APLOG_MODULE_INDEX));
  settings.server_name = main_server->server_hostname ? main_server->server_hostname : "";
  settings.sessions_per_loop = sessions_per_loop(main_server);
  std::vector<int> descriptors;
  apr_os_file_t log = -1;
  if (main_server->error_log && apr_os_file_get(&log, main_server->error_log) == APR_SUCCESS) {
    settings.brings_error_log = true; // there is no descriptor when the log goes to syslog
    descriptors.push_back(log);
  }
  if (const int control = control_listener(); control >= 0) {
    settings.brings_control_socket = true;
    descriptors.push_back(control);
    apr_pool_t* scratch = nullptr;
    apr_pool_create(&scratch, main_server->process->pconf);
    settings.members = members_as_written(scratch, main_server);
    apr_pool_destroy(scratch);
  }
  if (const int door = ask_door(); door >= 0) {
    settings.brings_ask_door = true;
    settings.most_asks = most_asks();
    descriptors.push_back(door);
  }
  for (const OpenSessionLog& session_log : server_config(main_server).session_logs) {
    settings.session_logs.push_back(session_log.target);
    if (session_log.target.kind != protocol::SessionLogKind::syslog) descriptors.push_back(descriptor_of(session_log));
  }
  settings.trust_files = server_config(main_server).trust_files;
  return send(lifeline, settings, descriptors);
}

void send_retirement(int lifeline) {
  send(lifeline, protocol::Retire{});
}

void send_graceful_stop(int lifeline, std::chrono::milliseconds within) {
  send(lifeline, protocol::StopGracefully{within});
}

} // namespace rtmpt_proxy::apache
