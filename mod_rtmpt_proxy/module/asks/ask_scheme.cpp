// SPDX-License-Identifier: Apache-2.0
#include "module/asks/ask_scheme.hpp"

#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"

namespace rtmpt_proxy::apache {

namespace {

int is_ssl_ask(conn_rec* c) {
  const protocol::AskPreamble* const ask = find_ask(c);
  if (!ask) return DECLINED;
  return ask->over_tls ? OK : DONE; // any value but OK means no; DECLINED would ask mod_ssl
}

const char* scheme_of_ask(const request_rec* r) {
  const protocol::AskPreamble* const ask = find_ask(r->connection);
  if (!ask) return nullptr;
  return ask->over_tls ? "https" : "http";
}

apr_port_t default_port_of_ask(const request_rec* r) {
  const protocol::AskPreamble* const ask = find_ask(r->connection);
  if (!ask) return 0;
  return ask->over_tls ? DEFAULT_HTTPS_PORT : DEFAULT_HTTP_PORT;
}

} // namespace

void register_ask_scheme_hooks(apr_pool_t*) {
  // Before mod_ssl, which knows nothing of the client's TLS.
  ap_hook_ssl_conn_is_ssl(guarded<is_ssl_ask, DECLINED>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_http_scheme(guarded<scheme_of_ask, static_cast<const char*>(nullptr)>, nullptr, nullptr,
                      APR_HOOK_REALLY_FIRST);
  ap_hook_default_port(guarded<default_port_of_ask, apr_port_t{0}>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
