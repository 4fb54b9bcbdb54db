// SPDX-License-Identifier: Apache-2.0
#include "module/watch/list_route.hpp"

#include "module/asks/place_config.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/server_config.hpp"
#include "module/watch/origin_headers.hpp"
#include "module/ways/open_target.hpp"
#include "module/ways/request_claim.hpp"
#include "module/ways/site_rules.hpp"
#include "module/ways/stream_request.hpp"

#include <rtmpt_proxy/policy/watch/stream_list.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kListHandler = "rtmpt-stream-list";
constexpr std::string_view kWholeQuery = "streams";

std::string_view query_of(const request_rec* r) {
  return r->args ? r->args : "";
}

std::optional<std::string> wanted_app(const request_rec* r) {
  if (!is_clients_own(r) || find_ask(r->connection)) return std::nullopt;
  return policy::app_of_list(r->uri ? r->uri : "", query_of(r));
}

// The hub that the place names, or the virtual host; null: there is no list.
const policy::HubName* listed_hub(request_rec* r) {
  const PlaceConfig& place = place_config(r);
  if (!place.stream_list.value_or(false)) return nullptr;
  if (place.pass) return std::get_if<policy::HubName>(&*place.pass);
  return std::get_if<policy::HubName>(&choose_target(r, server_config(r->server).effective));
}

int translate_list(request_rec* r) {
  std::optional<std::string> app = wanted_app(r);
  const policy::HubName* const hub = app ? listed_hub(r) : nullptr;
  if (!hub) return DECLINED;
  RequestClaim& claim = request_notes(r).claim.emplace();
  claim.parsed = {protocol::TargetError::not_a_tunnel_target, {}};
  claim.hub = *hub;
  claim.facts.app = *app;
  claim.facts.backend_name = policy::to_string(*hub);
  claim.list_app = std::move(app);
  if (query_of(r) != kWholeQuery) hide_query_of(r); // the rest may be a secret
  set_origin_headers(r);
  apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
  const int refusal = refusal_by_translation(r);
  r->filename = apr_pstrdup(r->pool, "rtmpt:streams"); // no file has such a name
  r->handler = kListHandler;
  return refusal;
}

} // namespace

// No file stands behind a list, so sections for files would never be looked at.
const char* set_stream_list(cmd_parms* cmd, void* config, int on) {
  static_cast<PlaceConfig*>(config)->stream_list = on != 0;
  return ap_check_cmd_context(cmd, NOT_IN_HTACCESS | NOT_IN_DIRECTORY | NOT_IN_FILES);
}

bool is_path_of_list(request_rec* r) {
  if (!wanted_app(r)) return false;
  ap_conf_vector_t* const before = r->per_dir_config;
  const bool is_listed = ap_location_walk(r) == OK && listed_hub(r);
  r->per_dir_config = before;
  return is_listed;
}

void register_list_route_hooks(apr_pool_t*) {
  // Before all others, as for viewers: neither a ProxyPass for "/" nor a folder of the site takes it.
  ap_hook_translate_name(guarded<translate_list, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
