// SPDX-License-Identifier: Apache-2.0
#include "module/ways/forward_request.hpp"

#include "local/patience.hpp"
#include "module/child/child_state.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/request_claim.hpp"
#include "module/ways/unread_replies.hpp"

#include <rtmpt_proxy/policy/routing/carriage.hpp>

#include <algorithm>

namespace rtmpt_proxy::apache {

namespace {

// For the access log.
void note_answer(RequestClaim& claim, protocol::Reply& reply) {
  claim.way = policy::Way::forwarded;
  if (reply.facts) claim.facts = std::move(*reply.facts);
}

static_assert(policy::kForwardedWaitWithoutThread < local::patience::kEveryRequest);

} // namespace

ForwardOutcome forward_request(request_rec* r, std::size_t door, const protocol::TunnelRequest& request, BodyFlow* body,
                               std::chrono::milliseconds patience) {
  const ServerConfig& config = server_config(r->server);
  ChildState& child = *config.child;
  const Holding holding(child.holding);
  protocol::Forward message;
  message.vhost_key = config.vhost_key;
  message.hold_limit = policy::forwarded_hold(holding.others(), child.threads, config.effective.terms.idle_hold);
  message.wait_limit = policy::forwarded_wait(holding.others(), child.threads);
  message.request = request;
  message.takes_data = client_takes_data(r);
  message.wants_facts = config.log_wants_facts;
  Terms terms;
  const std::chrono::milliseconds gateway_waits = std::max(message.hold_limit, message.wait_limit);
  // The gateway may take its time on purpose. But without a spare thread this one must not wait longer than any other.
  if (gateway_waits >= local::patience::kEveryRequest) patience = gateway_waits + local::patience::kEveryRequest;
  terms.patient_until = Clock::now() + patience;
  terms.answer_within = gateway_waits + local::patience::kAnswerGrace;
  terms.waits_for_others = body != nullptr; // a body goes no faster than its backend takes it
  if (body)
    terms.follow = [body, within = terms.answer_within, patience](GatewayChannel& channel) {
      return body->send(channel, within, patience);
    };
  Conversation conversation = child.client.exchange_for_session(door, request.session_id, message, std::move(terms));
  ForwardOutcome outcome;
  outcome.status = conversation.status;
  const bool is_silent = child.client.is_silent(door);
  // A crowded request makes its gateway look silent. Its session is there all the same, and no other gateway has it.
  const bool is_crowded =
      conversation.status == ChannelStatus::crowded && (!is_silent || child.client.is_home(door, request.session_id));
  const bool is_late = conversation.status == ChannelStatus::timed_out && !is_silent;
  if (body && (is_crowded || is_late)) {
    // The gateway answers others: the backend takes too little of the body. The gateway itself answers the same.
    outcome.status = ChannelStatus::ok;
    outcome.reply.status = HTTP_SERVICE_UNAVAILABLE;
    outcome.reply.close = true;
    return outcome;
  }
  if (conversation.status != ChannelStatus::ok) return outcome;
  if (auto* const reply = std::get_if<protocol::Reply>(&conversation.answer)) {
    if (RequestClaim* const claim = find_claim(r)) note_answer(*claim, *reply);
    outcome.reply = std::move(*reply);
    child.client.give_back(door, std::move(conversation.channel));
  } else {
    outcome.status = ChannelStatus::misplaced;
  }
  return outcome;
}

} // namespace rtmpt_proxy::apache
