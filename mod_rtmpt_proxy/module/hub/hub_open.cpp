// SPDX-License-Identifier: Apache-2.0
#include "module/hub/hub_open.hpp"

#include "local/patience.hpp"
#include "module/child/child_state.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/core/socket_address.hpp"
#include "module/tunnel/open_answer.hpp"
#include "module/tunnel/tunnel_handler.hpp"
#include "module/ways/connection_facts.hpp"
#include "module/ways/request_claim.hpp"

#include <rtmpt_proxy/policy/routing/own_address.hpp>

#include <optional>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

// Whether the client is on this machine. A proxy on this machine that tells of its client is no such client.
bool is_local_client(const request_rec* r) {
  const std::optional<protocol::Endpoint> client = endpoint_of(r->useragent_addr);
  const bool is_direct = find_ask(r->connection) || !passed_an_intermediary(r);
  return client && policy::is_loopback(client->address) && is_direct;
}

protocol::Admission admission(request_rec* r, const policy::HubName& hub) {
  protocol::Admission message = admission_of(r);
  message.backend_name = policy::to_string(hub);
  message.backend = policy::hub_address(hub, server_config(r->server).hop_name);
  message.client_is_local = is_local_client(r);
  return message;
}

// There is nothing to connect to, so the gateway answers at once.
Terms terms_for(const RequestClaim& claim) {
  Terms terms(local::patience::kAdmissionGrace);
  terms.patient_until = claim.patient_until;
  terms.loop = claim.loop;
  return terms;
}

int open_at_hub(request_rec* r) {
  RequestClaim* const claim = find_claim(r);
  if (!claim || !claim->hub || !claim->channel) return DECLINED;
  const protocol::Admission message = admission(r, *claim->hub);
  claim->facts.backend_name = message.backend_name;
  GatewayClient& client = server_config(r->server).child->client;
  Conversation conversation = client.exchange(0, message, terms_for(*claim), std::move(claim->channel));
  if (conversation.status == ChannelStatus::ok) {
    if (auto* const admitted = std::get_if<protocol::Admitted>(&conversation.answer)) {
      claim->admitted = true;
      claim->facts.session_name = std::move(admitted->session_name);
      return welcome(r, admitted->session_id, std::move(conversation.channel));
    }
    if (const auto* const refused = std::get_if<protocol::Refused>(&conversation.answer)) {
      client.give_back(0, std::move(conversation.channel));
      claim->refusal = words_for(*refused);
      return answer_refusal(r, *refused);
    }
    conversation.status = ChannelStatus::misplaced;
  }
  claim->gateway_failed = true;
  return answer_without_gateway(r, conversation.status);
}

} // namespace

void register_hub_open_hooks(apr_pool_t*) {
  // Behind the handler of tunnel requests, which reserves the channel, and before all others.
  ap_hook_handler(guarded<open_at_hub, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST + 1);
}

} // namespace rtmpt_proxy::apache
