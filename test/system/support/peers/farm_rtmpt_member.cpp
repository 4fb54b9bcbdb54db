// SPDX-License-Identifier: Apache-2.0
#include "support/peers/farm_rtmpt_member.hpp"

#include "support/peers/farm_member.hpp"

namespace rtmpt_proxy::test {

FarmRtmptMember::FarmRtmptMember(char name, std::uint16_t port) : name_(name), server_({.port = port}) {
  server_.follow(echo());
}

// A copy of the script has sessions of its own to remember, so it is made once and shared.
RtmptScript FarmRtmptMember::echo() const {
  return [name = name_, greeted = std::make_shared<std::set<std::size_t>>()](const RtmptRequest& request) {
    RtmptAnswer answer;
    if (request.kind != "send") return answer;
    const bool first = greeted->insert(request.session).second;
    answer.bytes = rtmpt_reply("\x01" + (first ? greeting_of(name) : std::string()) + request.body);
    return answer;
  };
}

std::size_t FarmRtmptMember::live() const {
  std::size_t live = 0;
  for (std::size_t i = 0; i < server_.session_count(); ++i)
    live += server_.session(i).closed ? 0 : 1;
  return live;
}

void FarmRtmptMember::answer_open_with(const RtmptAnswer& answer) {
  server_.follow([answer, otherwise = echo()](const RtmptRequest& request) {
    return request.kind == "open" ? answer : otherwise(request);
  });
}

} // namespace rtmpt_proxy::test
