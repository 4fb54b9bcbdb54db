#include "gateway_status.hpp"

#include "child_state.hpp"
#include "server_config.hpp"

namespace rtmpt_proxy::apache {

namespace {

StatusAnswer problem(std::string text) {
  StatusAnswer answer;
  answer.problem = std::move(text);
  return answer;
}

} // namespace

StatusAnswer ask_status(request_rec* r, protocol::AskStatus question, std::chrono::milliseconds within) {
  ChildState& child = *server_config(r->server).child;
  if (std::string failure = child.start_failure(); !failure.empty()) return problem("rtmpt-gateway: " + failure);
  const Holding holding(child.holding);
  Conversation conversation = child.client.exchange_within(0, std::move(question), within);
  if (conversation.status != ChannelStatus::ok)
    return problem("rtmpt-gateway " + std::string(to_string(conversation.status)));
  auto* const status = std::get_if<protocol::Status>(&conversation.answer);
  if (!status) return problem("rtmpt-gateway " + std::string(to_string(ChannelStatus::garbled)));
  child.client.give_back(0, std::move(conversation.channel));
  StatusAnswer answer;
  answer.ok = true;
  answer.text = std::move(status->text);
  return answer;
}

} // namespace rtmpt_proxy::apache
