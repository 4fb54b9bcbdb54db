// SPDX-License-Identifier: Apache-2.0
#include "module/watch/list_handler.hpp"

#include "local/patience.hpp"
#include "module/child/child_state.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/server_config.hpp"
#include "module/core/shown_client.hpp"
#include "module/tunnel/tunnel_handler.hpp"
#include "module/watch/list_route.hpp"
#include "module/watch/watch_route.hpp"
#include "module/ways/request_claim.hpp"

#include <rtmpt_proxy/policy/watch/stream_list.hpp>

#include <string>
#include <utility>
#include <variant>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kMethods = "GET, HEAD, OPTIONS";

int refuse_list(request_rec* r, int status, const char* why) {
  find_claim(r)->refusal = why;
  ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "%s: %d instead of a list of streams for %s: %s", ids::kListRefused,
                status, shown_client(r).c_str(), why);
  return status;
}

int write_list(request_rec* r, const protocol::StreamList& list) {
  const std::string json = policy::stream_list_json(*find_claim(r)->list_app, list);
  ap_set_content_type(r, "application/json");
  ap_set_content_length(r, static_cast<apr_off_t>(json.size()));
  if (!r->header_only) ap_rwrite(json.data(), static_cast<int>(json.size()), r);
  return OK;
}

int ask_and_write(request_rec* r) {
  RequestClaim& claim = *find_claim(r);
  const ServerConfig& config = server_config(r->server);
  if (!config.child->start_failure().empty()) return answer_without_gateway(r, ChannelStatus::lost);
  const protocol::AskStreams question{policy::hub_address(*claim.hub, config.hop_name).host, *claim.list_app};
  GatewayClient& client = config.child->client;
  Conversation said = client.exchange_within(0, question, local::patience::kStreamList);
  const auto* const list = said.status == ChannelStatus::ok ? std::get_if<protocol::StreamList>(&said.answer) : nullptr;
  if (!list) {
    claim.gateway_failed = true;
    return answer_without_gateway(r, said.status == ChannelStatus::ok ? ChannelStatus::misplaced : said.status);
  }
  client.give_back(0, std::move(said.channel));
  return write_list(r, *list);
}

int answer_options(request_rec* r) {
  apr_table_setn(r->headers_out, "Allow", kMethods);
  r->status = HTTP_NO_CONTENT;
  return OK;
}

int answer_list(request_rec* r) {
  const RequestClaim* const claim = find_claim(r);
  if (!claim || !claim->list_app || !is_clients_own(r)) return DECLINED;
  const policy::OriginVerdict origin = origin_verdict(r);
  if (!apr_table_get(r->err_headers_out, "Vary")) apr_table_setn(r->err_headers_out, "Vary", "Origin");
  apr_table_setn(r->err_headers_out, "X-Content-Type-Options", "nosniff");
  if (!origin.is_allowed)
    return refuse_list(r, HTTP_FORBIDDEN, "its page is of a site that RTMPTAllowOrigin does not name");
  if (r->method_number == M_OPTIONS) return answer_options(r);
  ap_allow_methods(r, REPLACE_ALLOW, "GET", "OPTIONS", nullptr); // and HEAD with GET
  if (r->method_number != M_GET) return HTTP_METHOD_NOT_ALLOWED;
  return ask_and_write(r);
}

} // namespace

void register_list_hooks(apr_pool_t* pool) {
  register_list_route_hooks(pool);
  // Before the handler of tunnel requests, which takes every claim for its own.
  ap_hook_handler(guarded<answer_list, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST - 1);
}

} // namespace rtmpt_proxy::apache
