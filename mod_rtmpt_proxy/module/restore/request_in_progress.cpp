// SPDX-License-Identifier: Apache-2.0
#include "module/restore/request_in_progress.hpp"

#include "module/core/hook_guard.hpp"

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kInProgressKey = "rtmpt_proxy request in progress";

// The request that the connection serves now. In the connection's pool, used by the thread that serves the connection.
// httpd logs a request before it reads the next one, so logs get the right answer too.
struct InProgress {
  const RestoredRequest* served = nullptr;
};

InProgress* find_in_progress(const conn_rec* c) {
  void* found = nullptr;
  apr_pool_userdata_get(&found, kInProgressKey, c->pool);
  return static_cast<InProgress*>(found);
}

InProgress& in_progress(conn_rec* c) {
  InProgress* found = find_in_progress(c);
  if (!found) {
    found = new (apr_palloc(c->pool, sizeof(InProgress))) InProgress;
    apr_pool_userdata_setn(found, kInProgressKey, nullptr, c->pool);
  }
  return *found;
}

// Runs with the pool of the request; the connection's outlives it.
struct End {
  InProgress* connection;
  const RestoredRequest* request;
};

apr_status_t forget(void* data) {
  const auto* const end = static_cast<const End*>(data);
  if (end->connection->served == end->request) end->connection->served = nullptr;
  return APR_SUCCESS;
}

void before_reading(request_rec*, conn_rec* c) {
  if (InProgress* const found = find_in_progress(c)) found->served = nullptr;
}

int is_ssl(conn_rec* c) {
  const InProgress* const found = find_in_progress(c);
  const RestoredRequest* const restored = found ? found->served : nullptr;
  if (!restored || !restored->https) return DECLINED;
  return *restored->https ? OK : DONE; // any value but OK means no; DECLINED would ask mod_ssl
}

} // namespace

void answer_for_request(request_rec* r, const RestoredRequest& restored) {
  InProgress& connection = in_progress(r->connection);
  connection.served = &restored;
  auto* const end = new (apr_palloc(r->pool, sizeof(End))) End{&connection, &restored};
  apr_pool_cleanup_register(r->pool, end, guarded<forget, APR_EGENERAL>, apr_pool_cleanup_null);
}

void register_request_in_progress_hooks(apr_pool_t*) {
  // Before mod_ssl, which answers for the connection.
  ap_hook_ssl_conn_is_ssl(guarded<is_ssl, DECLINED>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_pre_read_request(guarded<before_reading>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
