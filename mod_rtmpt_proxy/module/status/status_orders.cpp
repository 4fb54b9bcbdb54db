// SPDX-License-Identifier: Apache-2.0
#include "module/status/status_orders.hpp"

#include "local/patience.hpp"
#include "module/child/child_state.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"
#include "module/core/status_members.hpp"
#include "module/status/status_token.hpp"

#include <rtmpt_proxy/policy/routing/backend_url.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kTokenHeader = "X-RTMPT-Token";
constexpr std::string_view kEnd = "end=";
constexpr std::string_view kBan = "ban=";
constexpr std::string_view kDrain = "drain=";
constexpr std::string_view kEnable = "enable=";
// A session name is shorter and has only letters and digits. Anything else is not logged.
constexpr std::size_t kMaxNameBytes = 32;

int refuse(request_rec* r, int status, const std::string& why) {
  r->status = status;
  ap_set_content_type(r, "text/plain; charset=utf-8");
  ap_rputs((why + '\n').c_str(), r);
  return OK;
}

// "203.0.113.9, user alice": whole, also where the addresses of clients are shortened, for it tells who gave an order.
std::string who(const request_rec* r) {
  return std::string(r->useragent_ip) + (r->user ? ", user " + std::string(r->user) : "");
}

// Whether the gateway has found what the order names; empty when it does not answer, which the client is then told.
std::optional<bool> ask_gateway(request_rec* r, protocol::GatewayMessage order) {
  ChildState& child = *server_config(r->server).child;
  Conversation conversation = child.client.exchange_within(0, std::move(order), local::patience::kStatusPiece);
  const auto* const done = std::get_if<protocol::Done>(&conversation.answer);
  if (conversation.status == ChannelStatus::ok && !done) conversation.status = ChannelStatus::misplaced;
  if (conversation.status != ChannelStatus::ok) {
    refuse(r, HTTP_SERVICE_UNAVAILABLE, "rtmpt-gateway " + std::string(to_string(conversation.status)));
    return std::nullopt;
  }
  child.client.give_back(0, std::move(conversation.channel));
  return done->found;
}

// The ban of the page. Other times are for rtmptctl.
constexpr std::chrono::minutes kPageBan{10};

int end_session(request_rec* r, std::string_view name, std::chrono::minutes ban) {
  if (name.size() > kMaxNameBytes) return HTTP_BAD_REQUEST;
  const auto found = ask_gateway(r, protocol::EndSession{protocol::SessionName(std::string(name)), ban});
  if (!found) return OK;
  if (!*found) return refuse(r, HTTP_NOT_FOUND, "there is no such session");
  if (ban.count() > 0)
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r,
                  "%s: session %s is ended, and its client banned for %d minutes, from the status page by client %s",
                  ids::kSessionBannedByPage, std::string(name).c_str(), static_cast<int>(ban.count()), who(r).c_str());
  else
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r, "%s: session %s is ended from the status page by client %s",
                  ids::kSessionEndedByPage, std::string(name).c_str(), who(r).c_str());
  r->status = HTTP_NO_CONTENT;
  return OK;
}

// Only a media server of the configuration: the gateway keeps what is drained, and nobody is to fill its memory.
bool is_configured(request_rec* r, const protocol::BackendAddress& backend) {
  const auto members = configured_members(r);
  return std::any_of(members.begin(), members.end(), [&](const auto& member) { return member.backend == backend; });
}

int drain(request_rec* r, std::string_view escaped_url, bool drained) {
  std::string url(escaped_url);
  if (url.size() > 3 * protocol::kMaxMemberTextBytes || ap_unescape_urlencoded(url.data()) != OK)
    return HTTP_BAD_REQUEST;
  url.resize(std::char_traits<char>::length(url.c_str()));
  const policy::BackendUrlResult parsed = policy::parse_backend_url(url);
  if (!parsed.error.empty()) return refuse(r, HTTP_BAD_REQUEST, parsed.error);
  const protocol::BackendAddress backend = address_of(parsed.url);
  if (!is_configured(r, backend)) return refuse(r, HTTP_NOT_FOUND, "the configuration has no such media server");
  if (!ask_gateway(r, protocol::DrainBackend{backend, drained})) return OK;
  ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r, "%s: media server %s is %s from the status page by client %s",
                ids::kServerDrainedByPage, policy::to_string(parsed.url).c_str(), drained ? "drained" : "enabled",
                who(r).c_str());
  r->status = HTTP_NO_CONTENT;
  return OK;
}

} // namespace

bool is_status_order(std::string_view query) {
  return query.starts_with(kEnd) || query.starts_with(kBan) || query.starts_with(kDrain) || query.starts_with(kEnable);
}

int obey_status_order(request_rec* r, std::string_view query, bool allowed) {
  if (const int result = ap_discard_request_body(r); result != OK) return result;
  const char* const token = apr_table_get(r->headers_in, kTokenHeader);
  if (!allowed) return refuse(r, HTTP_FORBIDDEN, "RTMPTStatusControl is Off here");
  if (!token || !is_status_token(r, token)) return refuse(r, HTTP_FORBIDDEN, "the page is too old: load it again");
  if (query.starts_with(kEnd)) return end_session(r, query.substr(kEnd.size()), {});
  if (query.starts_with(kBan)) return end_session(r, query.substr(kBan.size()), kPageBan);
  const bool drained = query.starts_with(kDrain);
  return drain(r, query.substr(drained ? kDrain.size() : kEnable.size()), drained);
}

} // namespace rtmpt_proxy::apache
