// SPDX-License-Identifier: Apache-2.0
#include "module/ways/refused_request.hpp"

#include "local/patience.hpp"
#include "module/child/child_state.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/request_claim.hpp"
#include "module/ways/tunnel_mark.hpp"

namespace rtmpt_proxy::apache {

namespace {

bool is_for_session(const protocol::TargetResult& asked) {
  using protocol::TunnelRequestKind;
  if (asked.error == protocol::TargetError::not_a_tunnel_target) return false;
  const TunnelRequestKind kind = asked.target.kind;
  return kind == TunnelRequestKind::send || kind == TunnelRequestKind::idle || kind == TunnelRequestKind::close;
}

bool is_refused_by_httpd(const request_rec* r) {
  if (r->method_number != M_POST || !is_clients_own(r) || !apr_table_get(r->subprocess_env, kTunnelVariable))
    return false;
  const RequestClaim* const claim = find_claim(r);
  return final_status(r) >= HTTP_BAD_REQUEST && !(claim && claim->gateway_was_asked);
}

// False when that gateway has no such session or does not answer.
bool tell(GatewayClient& client, std::size_t door, std::chrono::milliseconds patience,
          const protocol::RequestRefused& refusal) {
  Terms terms(local::patience::kRefusalNoted);
  terms.patient_until = Clock::now() + patience;
  terms.may_probe = false;
  Conversation conversation = client.exchange_for_session(door, refusal.request.session_id, refusal, std::move(terms));
  if (conversation.status != ChannelStatus::ok) return false;
  client.give_back(door, std::move(conversation.channel));
  const auto* const done = std::get_if<protocol::Done>(&conversation.answer);
  return done && done->found;
}

int tell_session(request_rec* r) {
  const ServerConfig& config = server_config(r->server);
  if (!config.child || !config.child->start_failure().empty()) return DECLINED;
  if (!is_refused_by_httpd(r)) return DECLINED;
  const protocol::TargetResult asked = tunnel_target(r);
  if (!is_for_session(asked)) return DECLINED;
  protocol::RequestRefused refusal;
  refusal.vhost_key = config.vhost_key;
  refusal.request = {asked.target.kind, protocol::SessionId(std::string(asked.target.session_id)),
                     asked.target.sequence_number};
  refusal.status = static_cast<std::uint16_t>(final_status(r));
  GatewayClient& client = config.child->client;
  const std::size_t home = client.door_of(refusal.request.session_id);
  for (std::size_t turn = 0; turn < client.door_count(); ++turn)
    if (tell(client, GatewayClient::door_in_turn(home, turn), GatewayClient::patience_in_turn(turn), refusal)) break;
  return DECLINED;
}

} // namespace

void register_refused_request_hooks(apr_pool_t*) {
  // No order: it changes nothing that other logs look at.
  ap_hook_log_transaction(guarded<tell_session, DECLINED>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
