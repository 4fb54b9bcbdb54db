// SPDX-License-Identifier: Apache-2.0
#include "module/status/health_handler.hpp"

#include "local/patience.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/core/status_members.hpp"
#include "module/status/gateway_status.hpp"

#include <rtmpt_proxy/policy/routing/stream_health.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

using policy::HealthFault;

constexpr std::string_view kHealthHandler = "rtmpt-health";

// Asks the gateway for its totals, which are a few lines, and for which of these media servers it would use.
void ask_gateway(request_rec* r, policy::HealthFacts& facts) {
  protocol::AskStatus question;
  question.form = protocol::StatusForm::summary;
  question.members = members_of_host(r);
  facts.backends = question.members.size();
  std::string text;
  facts.gateway_problem =
      ask_status(r, std::move(question), local::patience::kHealth, [&text](const protocol::StatusPiece& piece) {
        text += piece.bytes;
        return text.size() <= protocol::kMaxStatusPieceBytes;
      });
  facts.usable = policy::usable_backends_in(text);
}

const char* message_of(HealthFault fault) {
  switch (fault) {
  case HealthFault::none: break;
  case HealthFault::no_streams: return ids::kNoStreamsHere;
  case HealthFault::gateway: return ids::kGatewayUnavailable;
  case HealthFault::backends: return ids::kBackendFailed;
  }
  return "";
}

int handle_health(request_rec* r) {
  if (!r->handler || r->handler != kHealthHandler) return DECLINED;
  ap_allow_methods(r, REPLACE_ALLOW, "GET", nullptr); // and HEAD with it
  if (r->method_number != M_GET) return HTTP_METHOD_NOT_ALLOWED;
  policy::HealthFacts facts;
  facts.has_streams = server_config(r->server).has_streams;
  if (facts.has_streams) ask_gateway(r, facts);
  const policy::Health health = policy::health_of(facts);
  const bool is_well = health.fault == HealthFault::none;
  const std::string text = is_well ? "ok\n" : message_of(health.fault) + (": " + health.reason + "\n");
  if (!is_well) r->status = HTTP_SERVICE_UNAVAILABLE;
  apr_table_setn(r->headers_out, "Cache-Control", "no-store");
  apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
  ap_set_content_type(r, "text/plain; charset=utf-8");
  ap_set_content_length(r, static_cast<apr_off_t>(text.size()));
  if (!r->header_only) ap_rwrite(text.data(), static_cast<int>(text.size()), r);
  return OK;
}

} // namespace

void register_health_hooks(apr_pool_t*) {
  // No order: it serves only requests with its SetHandler.
  ap_hook_handler(guarded<handle_health, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
