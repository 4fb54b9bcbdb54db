// SPDX-License-Identifier: Apache-2.0
#include "module/pages/player_handler.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/message_ids.hpp"
#include "module/pages/page_answer.hpp"
#include "module/pages/player_check.hpp"
#include "module/pages/player_place.hpp"
#include "module/ways/stream_request.hpp"
#include "player_page/player_assets.hpp"

#include <string>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

// Pictures come through MediaSource, whose address is a blob of the page's own. Only pages of the same site may frame
// it.
constexpr const char* kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src blob:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
// The page's address may have a token.
constexpr const char* kReferrerPolicy = "no-referrer";

constexpr std::string_view kPage = "html";

bool is_for_player(const request_rec* r) {
  return r->handler && std::string_view(r->handler) == kPlayerHandler;
}

// The file that the query names. Any other query is the stream's, and belongs to the page.
const PageAsset* asset_of(const request_rec* r) {
  const std::string_view query = r->args ? r->args : "";
  const PageAsset* const asset = query == kPage ? nullptr : find_player_asset(query);
  return asset ? asset : find_player_asset(kPage);
}

// Fit for an attribute of the page.
const char* place_in_page(request_rec* r) {
  return ap_escape_html(r->pool, ap_escape_uri(r->pool, player_place(r).c_str()));
}

int handle_player(request_rec* r) {
  if (!is_for_player(r)) return DECLINED;
  add_page_headers(r, kContentPolicy, kReferrerPolicy);
  ap_allow_methods(r, REPLACE_ALLOW, "GET", nullptr); // and HEAD with it
  if (r->method_number != M_GET) return HTTP_METHOD_NOT_ALLOWED;
  const PageAsset& asset = *asset_of(r);
  if (!find_player_asset("mpegts")) {
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "%s: there is no player: the module was built without it",
                  ids::kNoPlayer);
    return HTTP_NOT_FOUND;
  }
  if (asset.name == kPage) return answer_filled_page(r, asset, {{kPlayerPlace, place_in_page(r)}});
  // The same for everybody, and a page of another site may use it: what it plays is a question of its own.
  apr_table_setn(r->headers_out, "Access-Control-Allow-Origin", "*");
  return answer_asset(r, asset);
}

int check(apr_pool_t*, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  return check_players(main_server);
}

// A token in the page's address is in no log.
int hide_query(request_rec* r) {
  if (!is_for_player(r) || !r->args || asset_of(r)->name != kPage) return DECLINED;
  hide_query_of(r);
  return DECLINED;
}

} // namespace

void register_player_hooks(apr_pool_t*) {
  // No order: it serves only requests with its SetHandler.
  ap_hook_handler(guarded<handle_player, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
  // No order: it changes nothing.
  ap_hook_check_config(guarded<check, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
  // Behind core's fixups, which know the handler. Other handlers do not see the query of a request of theirs go.
  ap_hook_fixups(guarded<hide_query, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_LAST);
}

} // namespace rtmpt_proxy::apache
