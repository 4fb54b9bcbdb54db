// SPDX-License-Identifier: Apache-2.0
#include "module/asks/ask_methods.hpp"

#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::string_view kOpenMethod = "OPEN";
constexpr std::string_view kPublishMethod = "PUBLISH";
constexpr std::string_view kPlayMethod = "PLAY";
constexpr std::string_view kDoneMethod = "DONE";
constexpr std::array<std::string_view, 4> kMethods{kOpenMethod, kPublishMethod, kPlayMethod, kDoneMethod};

std::string_view method_of(const request_rec* r) {
  return r->method ? r->method : "";
}

bool has_ask_method(const request_rec* r) {
  return std::find(kMethods.begin(), kMethods.end(), method_of(r)) != kMethods.end();
}

int name_methods(apr_pool_t* pool, apr_pool_t*, apr_pool_t*) {
  for (const std::string_view method : kMethods)
    ap_method_register(pool, method.data()); // constants, which end with a zero byte
  return OK;
}

int judge_method(request_rec* r) {
  if (r->main || r->prev) return DECLINED;
  if (find_ask(r->connection)) {
    r->connection->keepalive = AP_CONN_CLOSE; // one request each
    return purpose_of(r) == AskPurpose::none ? HTTP_METHOD_NOT_ALLOWED : DECLINED;
  }
  if (!has_ask_method(r)) return DECLINED;
  if (server_config(r->server).has_streams) return HTTP_METHOD_NOT_ALLOWED;
  r->method_number = M_INVALID; // as httpd has it for a method that nobody has registered
  return DECLINED;
}

} // namespace

AskPurpose purpose_of(const request_rec* r) {
  if (r->main || r->prev || !find_ask(r->connection)) return AskPurpose::none;
  const std::string_view method = method_of(r);
  if (method == kPublishMethod) return AskPurpose::publish;
  if (method == kPlayMethod) return AskPurpose::play;
  if (method == kDoneMethod) return AskPurpose::done;
  if (method != kOpenMethod) return AskPurpose::none;
  return find_connection_notes(r->connection)->ask_vhost ? AskPurpose::connect : AskPurpose::open;
}

bool is_open_ask(const request_rec* r) {
  return purpose_of(r) == AskPurpose::open;
}

bool is_verdict_ask(const request_rec* r) {
  const AskPurpose purpose = purpose_of(r);
  return purpose == AskPurpose::connect || purpose == AskPurpose::publish || purpose == AskPurpose::play;
}

void register_ask_method_hooks(apr_pool_t*) {
  // While the configuration is read, <Limit> must know them.
  ap_hook_pre_config(guarded<name_methods, OK>, nullptr, nullptr, APR_HOOK_MIDDLE);
  // As soon as the restore filter has chosen the virtual host.
  ap_hook_post_read_request(guarded<judge_method, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr,
                            APR_HOOK_REALLY_FIRST + 1);
}

} // namespace rtmpt_proxy::apache
