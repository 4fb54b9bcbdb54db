#include "module/status/status_handler.hpp"

#include "local/patience.hpp"
#include "module/child/child_state.hpp"
#include "module/core/pool.hpp"
#include "module/core/server_config.hpp"
#include "module/core/status_members.hpp"
#include "module/status/gateway_status.hpp"
#include "module/status/status_token.hpp"
#include "status_page/status_assets.hpp"

#include <chrono>
#include <functional>
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
constexpr const char* kTokenHeader = "X-RTMPT-Token";
constexpr std::string_view kEndQuery = "end=";
// A session name is shorter and has only letters and digits. Anything else is not logged.
constexpr std::size_t kMaxNameBytes = 32;

struct StatusConfig {
  std::optional<bool> control; // RTMPTStatusControl
};

bool control_allowed(const request_rec* r) {
  const auto* const config = static_cast<StatusConfig*>(ap_get_module_config(r->per_dir_config, &rtmpt_proxy_module));
  return config && config->control.value_or(false);
}

void add_common_headers(request_rec* r) {
  apr_table_setn(r->headers_out, "Content-Security-Policy", kContentPolicy);
  apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
  apr_table_setn(r->headers_out, "Referrer-Policy", "same-origin");
  apr_table_setn(r->headers_out, "Cache-Control", "no-store");
}

void write_piece(request_rec* r, std::string_view bytes) {
  if (!r->header_only) ap_rwrite(bytes.data(), static_cast<int>(bytes.size()), r);
}

int write_text(request_rec* r, const char* type, std::string_view text) {
  ap_set_content_type(r, type);
  ap_set_content_length(r, static_cast<apr_off_t>(text.size()));
  write_piece(r, text);
  return OK;
}

int write_short(request_rec* r, int status, std::string_view text) {
  r->status = status;
  return write_text(r, "text/plain; charset=utf-8", text);
}

// Writes a file of the page. Browsers keep these files but ask each time, in case another version of the module is
// loaded.
int write_asset(request_rec* r, const StatusAsset& asset) {
  apr_table_setn(r->headers_out, "Cache-Control", "no-cache");
  const std::string tag = '"' + std::to_string(std::hash<std::string_view>{}(asset.text)) + '"';
  apr_table_set(r->headers_out, "ETag", tag.c_str());
  if (const int result = ap_meets_conditions(r); result != OK) return result;
  return write_text(r, apr_pstrmemdup(r->pool, asset.type.data(), asset.type.size()), asset.text);
}

int write_page(request_rec* r) {
  const StatusAsset* const page = find_status_asset("html");
  if (!page) return HTTP_INTERNAL_SERVER_ERROR;
  std::string text(page->text);
  const std::string token = control_allowed(r) ? make_status_token(r) : std::string();
  if (const std::size_t place = text.find(kStatusTokenPlace); place != std::string::npos)
    text.replace(place, kStatusTokenPlace.size(), token);
  return write_text(r, apr_pstrmemdup(r->pool, page->type.data(), page->type.size()), text);
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
  question.members = configured_members(r);
  bool has_begun = false;
  const auto take = [&](const protocol::StatusPiece& piece) {
    if (!has_begun) {
      ap_set_content_type(r, type);
      if (piece.last) ap_set_content_length(r, static_cast<apr_off_t>(piece.bytes.size()));
    }
    has_begun = true;
    write_piece(r, piece.bytes);
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
  const StatusAsset* const asset = find_status_asset(word);
  return asset ? write_asset(r, *asset) : HTTP_NOT_FOUND;
}

int end_session(request_rec* r, std::string_view name) {
  if (const int result = ap_discard_request_body(r); result != OK) return result;
  const char* const token = apr_table_get(r->headers_in, kTokenHeader);
  if (name.size() > kMaxNameBytes) return HTTP_BAD_REQUEST;
  if (!control_allowed(r)) return write_short(r, HTTP_FORBIDDEN, "RTMPTStatusControl is Off here\n");
  if (!token || !is_status_token(r, token))
    return write_short(r, HTTP_FORBIDDEN, "the page is too old: load it again\n");
  ChildState& child = *server_config(r->server).child;
  Conversation conversation = child.client.exchange_within(
      0, protocol::EndSession{protocol::SessionName(std::string(name))}, local::patience::kStatusPiece);
  const auto* const done = std::get_if<protocol::Done>(&conversation.answer);
  if (conversation.status == ChannelStatus::ok && !done) conversation.status = ChannelStatus::misplaced;
  if (conversation.status != ChannelStatus::ok)
    return write_short(r, HTTP_SERVICE_UNAVAILABLE,
                       "rtmpt-gateway " + std::string(to_string(conversation.status)) + '\n');
  child.client.give_back(0, std::move(conversation.channel));
  if (!done->found) return write_short(r, HTTP_NOT_FOUND, "there is no such session\n");
  ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r, "%s: session %s is ended from the status page by client %s%s%s",
                ids::kSessionEndedByPage, std::string(name).c_str(), r->useragent_ip, r->user ? ", user " : "",
                r->user ? r->user : "");
  r->status = HTTP_NO_CONTENT;
  return OK;
}

int handle_status(request_rec* r) {
  if (!r->handler || std::string_view(r->handler) != kHandler) return DECLINED;
  const std::string_view query = r->args ? r->args : "";
  add_common_headers(r);
  if (r->method_number == M_POST && query.starts_with(kEndQuery)) return end_session(r, query.substr(kEndQuery.size()));
  r->allowed |= (AP_METHOD_BIT << M_GET);
  if (r->method_number != M_GET) return HTTP_METHOD_NOT_ALLOWED;
  return show(r, query);
}

} // namespace

void* create_status_config(apr_pool_t* pool, char*) {
  return make_in_pool<StatusConfig>(pool);
}

void* merge_status_config(apr_pool_t* pool, void* base, void* override) {
  auto* const merged = make_in_pool<StatusConfig>(pool, *static_cast<StatusConfig*>(override));
  if (!merged->control) merged->control = static_cast<StatusConfig*>(base)->control;
  return merged;
}

const char* set_status_control(cmd_parms* cmd, void* config, int on) {
  static_cast<StatusConfig*>(config)->control = on != 0;
  return ap_check_cmd_context(cmd, NOT_IN_HTACCESS);
}

void register_status_hooks(apr_pool_t* pool) {
  register_status_token_hooks(pool);
  // No order: it serves only requests with its SetHandler.
  ap_hook_handler(guarded<handle_status, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
