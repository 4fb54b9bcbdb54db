// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/callbacks/callback_verdict.hpp>

namespace rtmpt_proxy::policy {

CallbackVerdict judge_callback(const CallbackAnswer& answer, std::chrono::milliseconds time) {
  using Decision = CallbackDecision;
  const std::string status = std::to_string(answer.status);
  if (answer.no_place) return {Decision::fail, "too many callbacks are under way"};
  if (answer.too_late)
    return {Decision::fail, "the callback gave no whole answer in " + std::to_string(time.count()) + " ms"};
  if (answer.too_long)
    return {Decision::fail, "the callback's answer is over " + std::to_string(kMaxCallbackAnswerBytes) + " bytes long"};
  if (answer.has_location || (answer.status >= 300 && answer.status < 400))
    return {Decision::deny, "the callback answers with a redirect (" + status + "), which is never followed"};
  if (answer.status >= 200 && answer.status < 300) return {Decision::allow, {}};
  return {answer.status >= 400 && answer.status < 500 ? Decision::deny : Decision::fail,
          "the callback answers " + status};
}

} // namespace rtmpt_proxy::policy
