#include "restored_request.hpp"

#include "server_config.hpp"

#include <cstdint>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kKey = "rtmpt_proxy restored request";

template <std::size_t bytes>
protocol::IpAddress address_at(const void* place) {
  return protocol::IpAddress(std::span<const std::uint8_t, bytes>(static_cast<const std::uint8_t*>(place), bytes));
}

} // namespace

const request_rec* original_of(const request_rec* r) {
  while (r->main || r->prev)
    r = r->main ? r->main : r->prev;
  return r;
}

RestoredRequest& note_restored(request_rec* r) {
  auto* const restored = new (apr_palloc(r->pool, sizeof(RestoredRequest))) RestoredRequest;
  apr_pool_userdata_setn(restored, kKey, nullptr, r->pool);
  return *restored;
}

const RestoredRequest* find_restored(const request_rec* r) {
  void* found = nullptr;
  apr_pool_userdata_get(&found, kKey, original_of(r)->pool);
  return static_cast<const RestoredRequest*>(found);
}

std::optional<protocol::IpAddress> peer_address(const conn_rec* c) {
  const apr_sockaddr_t* const peer = c->client_addr;
  if (peer && peer->family == APR_INET) return address_at<protocol::kIpv4Bytes>(&peer->sa.sin.sin_addr);
  if (peer && peer->family == APR_INET6) return address_at<protocol::kIpv6Bytes>(&peer->sa.sin6.sin6_addr);
  return std::nullopt;
}

bool peer_is_known_proxy(const request_rec* r) {
  const RestoredRequest* const restored = find_restored(r);
  if (restored && restored->from_proxy) return true;
  const policy::TrustedProxies& proxies = server_config(r->server).restore.proxies;
  if (proxies.empty()) return false;
  const std::optional<protocol::IpAddress> peer = peer_address(r->connection);
  return peer && proxies.contains(*peer);
}

} // namespace rtmpt_proxy::apache
