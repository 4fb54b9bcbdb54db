// SPDX-License-Identifier: Apache-2.0
#include "module/status/gateway_status.hpp"

#include "module/child/child_state.hpp"
#include "module/core/server_config.hpp"

namespace rtmpt_proxy::apache {

namespace {

std::string problem_of(ChannelStatus status) {
  return "rtmpt-gateway " + std::string(to_string(status));
}

// The next piece into the conversation's answer.
void hear_more(ChildState& child, Conversation& conversation, std::chrono::milliseconds within) {
  const Holding holding(child.holding);
  conversation.status = conversation.channel->receive(conversation.answer, Clock::now() + within);
}

} // namespace

std::string ask_status(request_rec* r, protocol::AskStatus question, std::chrono::milliseconds within,
                       const TakeStatus& take) {
  ChildState& child = *server_config(r->server).child;
  if (std::string failure = child.start_failure(); !failure.empty()) return "rtmpt-gateway: " + failure;
  Conversation conversation;
  {
    const Holding holding(child.holding);
    conversation = child.client.exchange_within(0, std::move(question), within);
  }
  for (;;) {
    if (conversation.status != ChannelStatus::ok) return problem_of(conversation.status);
    const auto* const piece = std::get_if<protocol::StatusPiece>(&conversation.answer);
    if (!piece) return problem_of(ChannelStatus::misplaced);
    const bool goes_on = take(*piece);
    if (piece->last) break;
    if (!goes_on) return {}; // closes the channel, which is in the middle of an answer
    hear_more(child, conversation, within);
  }
  child.client.give_back(0, std::move(conversation.channel));
  return {};
}

} // namespace rtmpt_proxy::apache
