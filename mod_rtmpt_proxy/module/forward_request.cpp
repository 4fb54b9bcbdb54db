#include "forward_request.hpp"

#include "child_state.hpp"
#include "server_config.hpp"
#include "unread_replies.hpp"

#include <rtmpt_proxy/policy/carriage.hpp>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::chrono::milliseconds kGraceForAnswer{5000}; // beyond what the gateway was allowed to wait

} // namespace

ForwardOutcome forward_request(request_rec* r, std::size_t door, const protocol::TunnelRequest& request) {
  const ServerConfig& config = server_config(r->server);
  ChildState& child = *config.child;
  const Holding holding(child.holding);
  protocol::Forward message;
  message.virtual_host = config.identity;
  message.hold_limit = policy::forwarded_hold(holding.others(), child.threads, config.effective.idle_hold);
  message.wait_limit = policy::forwarded_wait(holding.others(), child.threads);
  message.request = request;
  message.takes_data = client_takes_data(r);
  const auto longest = std::max(message.hold_limit, message.wait_limit) + kGraceForAnswer;
  Conversation conversation = child.client.exchange(door, message, longest);
  ForwardOutcome outcome;
  outcome.status = conversation.status;
  if (conversation.status != ChannelStatus::ok) return outcome;
  if (auto* const reply = std::get_if<protocol::Reply>(&conversation.answer)) {
    outcome.reply = std::move(*reply);
    child.client.give_back(door, std::move(conversation.channel));
  } else {
    outcome.status = ChannelStatus::garbled;
  }
  return outcome;
}

} // namespace rtmpt_proxy::apache
