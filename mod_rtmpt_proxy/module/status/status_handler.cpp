// SPDX-License-Identifier: Apache-2.0
#include "module/status/status_handler.hpp"

#include "local/patience.hpp"
#include "module/asks/place_config.hpp"
#include "module/child/child_state.hpp"
#include "module/core/server_config.hpp"
#include "module/core/status_members.hpp"
#include "module/pages/page_answer.hpp"
#include "module/pages/player_place.hpp"
#include "module/status/gateway_status.hpp"
#include "module/status/status_orders.hpp"
#include "module/status/status_token.hpp"
#include "status_page/status_assets.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kHandler = "rtmpt-status";
// Allows nothing from other origins and nothing inline, so that the name of a stream, whatever it contains, stays text.
constexpr const char* kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'";
constexpr const char* kReferrerPolicy = "same-origin";

bool control_allowed(const request_rec* r) {
  return place_config(r).status_control.value_or(false);
}

int write_short(request_rec* r, int status, std::string_view text) {
  r->status = status;
  return answer_text(r, "text/plain; charset=utf-8", text);
}

// A link to the virtual host's player, for the page; nothing where it has none.
std::string link_to_player(request_rec* r) {
  const std::string place = player_place_of_host(r);
  if (place.empty()) return {};
  return "<a href=\"" + std::string(ap_escape_html(r->pool, ap_escape_uri(r->pool, place.c_str()))) + "\">Watch</a>";
}

int write_page(request_rec* r) {
  const PageAsset* const page = find_status_asset("html");
  if (!page) return HTTP_INTERNAL_SERVER_ERROR;
  const std::string token = control_allowed(r) ? make_status_token(r) : std::string();
  return answer_filled_page(r, *page, {{kStatusTokenPlace, token}, {kStatusPlayerPlace, link_to_player(r)}});
}

// Called when the rest of an answer cannot be written. Half a document must not look like a whole one, so the
// connection ends without the last chunk.
int break_off(request_rec* r, const std::string& problem) {
  if (const auto left_out = server_config(r->server).child->status_lines.admit(Clock::now()))
    ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r, "%s: the state is told in part only: %s%s", ids::kStatusBrokenOff,
                  problem.c_str(), policy::words_for_left_out(*left_out).c_str());
  apr_bucket_brigade* const brigade = apr_brigade_create(r->pool, r->connection->bucket_alloc);
  APR_BRIGADE_INSERT_TAIL(brigade, ap_bucket_error_create(HTTP_BAD_GATEWAY, nullptr, r->pool, brigade->bucket_alloc));
  APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_eos_create(brigade->bucket_alloc));
  ap_pass_brigade(r->output_filters, brigade);
  r->connection->keepalive = AP_CONN_CLOSE;
  return OK;
}

// Writes the state piece by piece as it comes, so that neither this child nor the gateway keeps it whole. A client that
// reads slowly makes the gateway wait with the next piece.
int write_state(request_rec* r, protocol::StatusForm form, const char* type) {
  protocol::AskStatus question;
  question.form = form;
  question.server_name = r->server->server_hostname ? r->server->server_hostname : "";
  question.control_allowed = control_allowed(r);
  // An alert looks at the metrics: a server that the next open would go to is not down, however long nobody came.
  question.members = configured_members(r, form == protocol::StatusForm::metrics);
  bool has_begun = false;
  const auto take = [&](const protocol::StatusPiece& piece) {
    if (!has_begun) {
      ap_set_content_type(r, type);
      if (piece.last) ap_set_content_length(r, static_cast<apr_off_t>(piece.bytes.size()));
    }
    has_begun = true;
    write_body(r, piece.bytes);
    return !r->header_only && !r->connection->aborted;
  };
  const std::string problem = ask_status(r, std::move(question), local::patience::kStatusPiece, take);
  if (problem.empty()) return OK;
  return has_begun ? break_off(r, problem) : write_short(r, HTTP_SERVICE_UNAVAILABLE, problem + '\n');
}

// The word after the `?`. Prometheus sends a parameter without a value with an `=`. Other parameters have no meaning
// here.
std::string_view word_of(std::string_view query) {
  return query.substr(0, query.find_first_of("=&"));
}

int show(request_rec* r, std::string_view query) {
  const std::string_view word = word_of(query);
  if (word.empty()) return write_page(r);
  if (word == "json") return write_state(r, protocol::StatusForm::json, "application/json");
  if (word == "metrics")
    return write_state(r, protocol::StatusForm::metrics, "text/plain; version=0.0.4; charset=utf-8");
  const PageAsset* const asset = find_status_asset(word);
  return asset ? answer_asset(r, *asset) : HTTP_NOT_FOUND;
}

int handle_status(request_rec* r) {
  if (!r->handler || std::string_view(r->handler) != kHandler) return DECLINED;
  const std::string_view query = r->args ? r->args : "";
  add_page_headers(r, kContentPolicy, kReferrerPolicy);
  if (r->method_number == M_POST && is_status_order(query)) return obey_status_order(r, query, control_allowed(r));
  ap_allow_methods(r, REPLACE_ALLOW, "GET", control_allowed(r) ? "POST" : nullptr, nullptr); // and HEAD with GET
  if (r->method_number != M_GET) return HTTP_METHOD_NOT_ALLOWED;
  return show(r, query);
}

} // namespace

const char* set_status_control(cmd_parms* cmd, void* config, int on) {
  static_cast<PlaceConfig*>(config)->status_control = on != 0;
  return ap_check_cmd_context(cmd, NOT_IN_HTACCESS);
}

void register_status_hooks(apr_pool_t* pool) {
  register_status_token_hooks(pool);
  // No order: it serves only requests with its SetHandler.
  ap_hook_handler(guarded<handle_status, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
