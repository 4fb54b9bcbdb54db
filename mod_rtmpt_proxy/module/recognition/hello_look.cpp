// SPDX-License-Identifier: Apache-2.0
#include "module/recognition/hello_look.hpp"

#include "module/core/connection_notes.hpp"
#include "module/link/connection_release.hpp"

#include <rtmpt_proxy/policy/routing/first_byte.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include <sys/socket.h>

namespace rtmpt_proxy::apache {

namespace {

using protocol::ClientHelloError;

// The first bytes of a connection: those that httpd's filter holds, and behind them those in the socket.
struct FirstBytes {
  std::array<char, protocol::kMaxClientFlightBytes> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init)
  std::size_t in_filter = 0;
  std::size_t in_socket = 0;
  bool has_ended = false;

  std::string_view all() const { return {bytes.data(), in_filter + in_socket}; }
};

// Who has read a PROXY header has left what came behind it in httpd's filter. Elsewhere the filter is not asked: it
// would take bytes from the socket.
std::size_t look_into_filter(conn_rec* c, char* place, std::size_t most_bytes) {
  if (!connection_notes(c).front_is_read) return 0;
  apr_bucket_brigade* const brigade = apr_brigade_create(c->pool, c->bucket_alloc);
  apr_size_t size = most_bytes;
  const bool seen = ap_get_brigade(network_filter(c), brigade, AP_MODE_SPECULATIVE, APR_NONBLOCK_READ,
                                   static_cast<apr_off_t>(size)) == APR_SUCCESS &&
                    apr_brigade_flatten(brigade, place, &size) == APR_SUCCESS;
  apr_brigade_destroy(brigade);
  return seen ? size : 0;
}

void look_into(conn_rec* c, FirstBytes& first) {
  first.in_filter = look_into_filter(c, first.bytes.data(), first.bytes.size());
  const std::size_t room = first.bytes.size() - first.in_filter;
  if (room == 0) return;
  const ssize_t count = ::recv(descriptor_of(c), first.bytes.data() + first.in_filter, room, MSG_PEEK | MSG_DONTWAIT);
  if (count > 0) first.in_socket = static_cast<std::size_t>(count);
  first.has_ended = count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR);
}

bool set_low_water(conn_rec* c, std::size_t bytes) {
  const auto least = static_cast<int>(bytes);
  return ::setsockopt(descriptor_of(c), SOL_SOCKET, SO_RCVLOWAT, &least, sizeof least) == 0;
}

// Until there are so many bytes from the first one on, in the filter and in the socket.
bool await_bytes_in_all(conn_rec* c, const FirstBytes& first, std::size_t bytes) {
  if (!set_low_water(c, bytes - first.in_filter)) return false;
  connection_notes(c).awaited_bytes = bytes;
  return true;
}

// The system reports the socket before the awaited bytes are there when it has no room for them, or when the client has
// ended behind a piece. Nothing tells which, and it would be reported again at once. Both places count: the filter may
// have taken what was awaited in the socket.
bool was_woken_in_vain(const conn_rec* c, const FirstBytes& first) {
  return first.all().size() < find_connection_notes(c)->awaited_bytes;
}

} // namespace

BeginningSeen look_at_beginning(conn_rec* c) {
  FirstBytes first;
  look_into(c, first);
  if (!first.all().empty() && policy::begins_rtmp(first.all().front())) return {Beginning::rtmp, {}};
  protocol::ClientHelloLook look = protocol::look_at_client_hello(first.all());
  if (look.error == ClientHelloError::none) return {Beginning::hello, std::move(look.hello)};
  if (look.error != ClientHelloError::need_more || first.has_ended || was_woken_in_vain(c, first)) return {};
  // For its first byte alone a client of RTMP is not kept waiting.
  const bool waits = first.all().empty() || await_bytes_in_all(c, first, look.needed_bytes);
  return {waits ? Beginning::not_yet : Beginning::other, {}};
}

void forget_beginning(conn_rec* c) {
  const ConnectionNotes* const notes = find_connection_notes(c);
  if (notes && notes->awaited_bytes > 0 && set_low_water(c, 1)) connection_notes(c).awaited_bytes = 0;
}

} // namespace rtmpt_proxy::apache
