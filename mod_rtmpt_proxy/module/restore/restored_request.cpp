// SPDX-License-Identifier: Apache-2.0
#include "module/restore/restored_request.hpp"

#include "module/core/server_config.hpp"
#include "module/core/socket_address.hpp"
#include "module/restore/rpaf_proxy_protocol.hpp"

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kRestoredKey = "rtmpt_proxy restored request";

} // namespace

const request_rec* original_of(const request_rec* r) {
  while (r->main || r->prev)
    r = r->main ? r->main : r->prev;
  return r;
}

RestoredRequest& note_restored(request_rec* r) {
  auto* const restored = new (apr_palloc(r->pool, sizeof(RestoredRequest))) RestoredRequest;
  apr_pool_userdata_setn(restored, kRestoredKey, nullptr, r->pool);
  return *restored;
}

const RestoredRequest* find_restored(const request_rec* r) {
  void* found = nullptr;
  apr_pool_userdata_get(&found, kRestoredKey, original_of(r)->pool);
  return static_cast<const RestoredRequest*>(found);
}

std::optional<protocol::IpAddress> peer_address(const conn_rec* c) {
  const std::optional<protocol::Endpoint> peer = endpoint_of(c->client_addr);
  return peer ? std::optional(peer->address) : std::nullopt;
}

std::optional<protocol::IpAddress> nearest_hop(const conn_rec* c) {
  const protocol::ProxiedConnection* const announced = announced_connection(c);
  return announced ? announced->source.address : peer_address(c);
}

bool peer_is_known_proxy(const request_rec* r) {
  const RestoredRequest* const restored = find_restored(r);
  if (restored && restored->from_proxy) return true;
  const policy::TrustedProxies& proxies = server_config(r->server).restore.proxies;
  if (proxies.empty()) return false;
  const std::optional<protocol::IpAddress> hop = nearest_hop(r->connection);
  return hop && proxies.contains(*hop);
}

} // namespace rtmpt_proxy::apache
