// SPDX-License-Identifier: Apache-2.0
#include "idle_path.hpp"

#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>

#include <stdexcept>

namespace rtmpt_proxy::bench {

namespace {

constexpr std::size_t kBodyLimitBytes = 1u << 20;

protocol::SessionTerms immediate_terms() {
  protocol::SessionTerms terms;
  terms.idle_hold = std::chrono::milliseconds{0};
  terms.gather = std::chrono::milliseconds{0};
  terms.session_timeout = std::chrono::seconds{15};
  terms.buffer_bytes = 1u << 20;
  return terms;
}

} // namespace

void CountingExchange::answer(const gateway::Answer& answer) {
  const protocol::ReplyHead head(answer.status, answer.close, gateway::size_of(answer.body), answer.polling_interval);
  ++answers;
  head_bytes += head.text().size();
  body_bytes += gateway::size_of(answer.body);
}

IdlePath::IdlePath() : session_(immediate_terms(), backend_, now_), reader_(kBodyLimitBytes) {}

std::string_view IdlePath::next_request() {
  request_ = "POST /idle/0123456789abcdefghijklm/";
  request_ += std::to_string(number_++);
  request_ += " HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: */*\r\nUser-Agent: Shockwave Flash\r\n"
              "Connection: Keep-Alive\r\nCache-Control: no-cache\r\nContent-type: application/x-fcs\r\n"
              "Content-length: 1\r\n\r\n";
  request_ += '\0';
  return request_;
}

void IdlePath::serve(std::string_view request) {
  std::size_t used = 0;
  if (reader_.feed(request, used) != gateway::HttpProgress::head) throw std::logic_error("no request head");
  request.remove_prefix(used);
  if (reader_.feed(request, used) != gateway::HttpProgress::body) throw std::logic_error("no request body");
  request.remove_prefix(used);
  if (reader_.feed(request, used) != gateway::HttpProgress::complete) throw std::logic_error("no whole request");
  const auto [error, target] = protocol::parse_rtmpt_target(reader_.head().target);
  if (error != protocol::TargetError::none) throw std::logic_error("no tunnel target");
  gateway::SessionRequest next;
  next.kind = target.kind;
  next.sequence_number = target.sequence_number;
  now_ += std::chrono::milliseconds(1);
  session_.request(next, exchange_, now_);
}

} // namespace rtmpt_proxy::bench
