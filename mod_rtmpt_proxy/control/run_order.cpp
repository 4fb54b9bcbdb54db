// SPDX-License-Identifier: Apache-2.0
#include "control/run_order.hpp"

#include "control/live_page.hpp"
#include "control/status_tables.hpp"

#include <rtmpt_proxy/protocol/text/escaped_text.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <variant>

namespace rtmpt_proxy::control {

namespace json = boost::json;

namespace {

Outcome view_of(const Order& order, const std::string& text) {
  boost::system::error_code error;
  const json::value document = json::parse(text, error);
  if (error || !document.is_object())
    return {ExitStatus::failed, {}, "RTMPT403: rtmpt-gateway's answer is no JSON object: expected its state"};
  const json::object& object = document.get_object();
  if (order.json) return {ExitStatus::done, json_of(object, order.view), {}};
  return {ExitStatus::done, order.live ? plain_page(object, order.live->sort) : text_of(object, order.view), {}};
}

std::string not_found(const Order& order, const std::string& object) {
  if (std::holds_alternative<protocol::EndSession>(order.message))
    return "RTMPT401: there is no session '" + object + "': expected a name that 'rtmptctl sessions' lists";
  if (std::holds_alternative<protocol::LiftBan>(order.message))
    return "RTMPT528: there is no ban '" + object + "': expected a number that 'rtmptctl bans' lists, or all";
  return "RTMPT402: there is no media server '" + object + "': expected a URL that 'rtmptctl backends' lists";
}

std::string done_text(const Order& order, const std::string& object) {
  if (const auto* const end = std::get_if<protocol::EndSession>(&order.message))
    return object + (end->ban.count() > 0 ? " ends, and its client is banned\n" : " ends\n");
  if (std::holds_alternative<protocol::LiftBan>(order.message))
    return object == "all" ? "all bans are lifted\n" : "ban " + object + " is lifted\n";
  const auto* const drain = std::get_if<protocol::DrainBackend>(&order.message);
  return object + (drain && drain->drained ? " gets no new sessions\n" : " gets new sessions\n");
}

} // namespace

Outcome outcome_of(const Order& order, const ControlAnswer& answer) {
  if (!answer.failure.empty()) return {answer.status, {}, "RTMPT400: " + answer.failure};
  if (std::holds_alternative<protocol::AskStatus>(order.message)) return view_of(order, answer.state);
  const bool found = answer.found;
  const std::string object = protocol::escape_for_log(order.object, kMaxShownBytes);
  Outcome outcome;
  outcome.status = found ? ExitStatus::done : ExitStatus::not_found;
  if (!found) outcome.error = not_found(order, object);
  if (order.json)
    outcome.output = found ? "{\"found\":true}\n" : "{\"found\":false}\n";
  else if (found)
    outcome.output = done_text(order, object);
  return outcome;
}

} // namespace rtmpt_proxy::control
