// SPDX-License-Identifier: Apache-2.0
#include "module/restore/rpaf_scheme.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/message_ids.hpp"
#include "module/restore/request_in_progress.hpp"
#include "module/restore/rpaf_header.hpp"

#include <rtmpt_proxy/policy/restore/forwarded_host.hpp>

namespace rtmpt_proxy::apache {

namespace {

std::optional<bool> https_of(const request_rec* r) {
  const RestoredRequest* const restored = find_restored(r);
  return restored ? restored->https : std::nullopt;
}

const char* scheme_of(const request_rec* r) {
  const std::optional<bool> https = https_of(r);
  if (!https) return nullptr;
  return *https ? "https" : "http";
}

apr_port_t default_port_of(const request_rec* r) {
  const std::optional<bool> https = https_of(r);
  if (!https) return 0;
  return *https ? DEFAULT_HTTPS_PORT : DEFAULT_HTTP_PORT;
}

int fix_environment(request_rec* r) {
  if (const RestoredRequest* const restored = find_restored(r)) apply_restored(r, *restored);
  return DECLINED;
}

} // namespace

void restore_https(request_rec* r, RestoredRequest& restored) {
  const GivenHeader given = first_given(r, kHttpsHeaders);
  if (!given.value) return;
  restored.https = policy::forwarded_https(given.value);
  if (!restored.https)
    report_bad_value(r, given, "on, off, https or http");
  else
    answer_for_request(r, restored);
}

void restore_port(request_rec* r, RestoredRequest& restored, bool by_header, bool host_restored) {
  const GivenHeader given = by_header ? first_given(r, kPortHeaders) : GivenHeader{};
  const std::optional<std::uint16_t> port = given.value ? policy::forwarded_port(given.value) : std::nullopt;
  if (given.value && !port) report_bad_value(r, given, "a port from 1 to 65535");
  if (port) {
    restored.port = *port;
  } else if (r->parsed_uri.port_str) {
    restored.port = r->parsed_uri.port;
  } else if (host_restored || restored.https) {
    restored.port = ap_default_port(r);
  }
}

void apply_restored(request_rec* r, const RestoredRequest& restored) {
  if (restored.port) {
    r->parsed_uri.port = restored.port;
    r->parsed_uri.port_str = apr_itoa(r->pool, restored.port);
  }
  if (!restored.https) return;
  if (*restored.https) {
    apr_table_setn(r->subprocess_env, "HTTPS", "on");
  } else {
    apr_table_unset(r->subprocess_env, "HTTPS");
  }
}

void register_scheme_of_request_hooks(apr_pool_t*) {
  // Before mod_ssl, which answers for the connection.
  ap_hook_http_scheme(guarded<scheme_of, static_cast<const char*>(nullptr)>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_default_port(guarded<default_port_of, apr_port_t{0}>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  // After mod_ssl, which sets HTTPS when the connection is TLS, and before modules that read the environment.
  static const char* const after[] = {"mod_ssl.c", nullptr};
  ap_hook_fixups(guarded<fix_environment, HTTP_INTERNAL_SERVER_ERROR>, after, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
