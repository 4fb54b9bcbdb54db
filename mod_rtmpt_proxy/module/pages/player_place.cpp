// SPDX-License-Identifier: Apache-2.0
#include "module/pages/player_place.hpp"

#include "module/core/proxy_workers.hpp"

#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

// httpd keeps the word of SetHandler as an expression.
bool sets_player(request_rec* r, const core_dir_config& section) {
  if (section.handler && std::string_view(section.handler) == kPlayerHandler) return true;
  if (!section.expr_handler) return false;
  const char* problem = nullptr;
  const char* const handler = ap_expr_str_exec(r, section.expr_handler, &problem);
  return !problem && handler && std::string_view(handler) == kPlayerHandler;
}

// Calls `visit` with the path of each plain <Location> that says SetHandler rtmpt-player, until it returns false.
template <class Visit>
void for_each_place(request_rec* r, Visit visit) {
  const auto* const core = static_cast<core_server_config*>(ap_get_core_module_config(r->server->module_config));
  for (int i = 0; i < core->sec_url->nelts; ++i) {
    const auto* const section = *element<ap_conf_vector_t*>(core->sec_url, i);
    const auto* const place = static_cast<core_dir_config*>(ap_get_core_module_config(section));
    if (!place->d || place->r || place->d_is_fnmatch || !sets_player(r, *place)) continue;
    if (!visit(std::string_view(place->d))) return;
  }
}

// As httpd compares a plain <Location>: "/watch" holds for "/watch" and "/watch/live", "/watch/" for the latter alone.
bool is_within(std::string_view path, std::string_view place) {
  if (!path.starts_with(place)) return false;
  return path.size() == place.size() || place.ends_with('/') || path[place.size()] == '/';
}

} // namespace

std::string player_place(request_rec* r) {
  const std::string_view path = r->uri ? r->uri : "";
  std::string longest;
  for_each_place(r, [&](std::string_view place) {
    if (is_within(path, place) && place.size() > longest.size()) longest = place;
    return true;
  });
  if (!longest.empty()) return longest;
  const std::string_view rest = r->path_info ? r->path_info : "";
  if (rest.empty() || !path.ends_with(rest)) return std::string(path);
  return std::string(path.substr(0, path.size() - rest.size())) + '/';
}

std::string player_place_of_host(request_rec* r) {
  std::string found;
  for_each_place(r, [&found](std::string_view place) {
    found = place;
    return found.empty();
  });
  return found;
}

} // namespace rtmpt_proxy::apache
