// SPDX-License-Identifier: Apache-2.0
#include "module/ways/unread_replies.hpp"

#include "module/child/child_state.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/server_config.hpp"

#include <rtmpt_proxy/policy/routing/carriage.hpp>
#include <rtmpt_proxy/protocol/rtmpt/http_reply.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>

#include <poll.h>

namespace rtmpt_proxy::apache {

namespace {

// A socket that poll() calls writable has room for this many replies. More are written after the next poll().
constexpr std::uint64_t kBatch = 16;
constexpr std::uint64_t kBlockingBatch = 256;
// All owed replies are equal, because their polling bytes are out of date.
constexpr std::uint8_t kOwedInterval = 1;

// Returns which of `events` have come, waiting at most `wait`.
short poll_client(conn_rec* c, short events, std::chrono::milliseconds wait) {
  pollfd client{descriptor_of(c), events, 0};
  if (client.fd < 0) return POLLOUT;
  int count = 0;
  do {
    count = ::poll(&client, 1, static_cast<int>(wait.count()));
  } while (count < 0 && errno == EINTR);
  return count > 0 ? client.revents : short{0};
}

bool is_writable(conn_rec* c) {
  return poll_client(c, POLLOUT, std::chrono::milliseconds{0}) != 0; // an error counts too: the next write reports it
}

// Whether the next request, or a part of it, has already been read from the socket, where poll() does not see it.
bool has_read_ahead(request_rec* r) {
  conn_rec* const c = r->connection;
  apr_bucket_brigade* const brigade = apr_brigade_create(r->pool, c->bucket_alloc);
  const apr_status_t status = ap_get_brigade(c->input_filters, brigade, AP_MODE_SPECULATIVE, APR_NONBLOCK_READ, 1);
  const bool ahead = status == APR_SUCCESS && !APR_BRIGADE_EMPTY(brigade);
  apr_brigade_destroy(brigade);
  return ahead;
}

bool write_batch(request_rec* r, std::uint64_t count) {
  conn_rec* const c = r->connection;
  const protocol::ReplyHead reply(HTTP_OK, false, 0, kOwedInterval);
  std::string text;
  text.reserve(static_cast<std::size_t>(count) * reply.text().size());
  for (std::uint64_t i = 0; i < count; ++i)
    text += reply.text();
  apr_bucket_brigade* const brigade = apr_brigade_create(r->pool, c->bucket_alloc);
  APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_heap_create(text.data(), text.size(), nullptr, c->bucket_alloc));
  APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_flush_create(c->bucket_alloc));
  const bool written = ap_pass_brigade(c->output_filters, brigade) == APR_SUCCESS;
  apr_brigade_destroy(brigade);
  return written;
}

// Writes as many owed replies as the socket takes at once.
void write_what_leaves(request_rec* r, ConnectionNotes& tunnel) {
  while (tunnel.unread_replies > 0 && is_writable(r->connection)) {
    const std::uint64_t count = std::min(tunnel.unread_replies, kBatch);
    tunnel.unread_replies -= count;
    if (!write_batch(r, count)) return;
  }
}

bool is_empty_poll(const protocol::Reply& reply) {
  return reply.status == HTTP_OK && !reply.close && reply.polling_interval && reply.body.empty();
}

// Waits for the client as long as the session may be silent, unless too many threads wait already.
short await_client(request_rec* r) {
  const ServerConfig& config = server_config(r->server);
  const Holding holding(config.child->holding);
  const bool spared = policy::forwarded_wait(holding.others(), config.child->threads) == policy::kForwardedWait;
  return poll_client(r->connection, POLLIN | POLLOUT,
                     spared ? config.effective.terms.session_timeout : std::chrono::milliseconds{0});
}

// Counts one more owed reply. httpd writes nothing for this request and reads the next one of the connection.
void count_reply(request_rec* r, ConnectionNotes& tunnel) {
  ++tunnel.unread_replies;
  r->status = HTTP_OK;
  r->eos_sent = 1;
}

} // namespace

bool client_takes_data(request_rec* r) {
  const ConnectionNotes* const tunnel = find_connection_notes(r->connection);
  return (!tunnel || tunnel->unread_replies == 0) && is_writable(r->connection);
}

bool keep_unread(request_rec* r, const protocol::Reply& reply) {
  conn_rec* const c = r->connection;
  if (!is_empty_poll(reply) || r->proto_num != HTTP_VERSION(1, 1) || c->master) return false;
  ConnectionNotes& tunnel = connection_notes(c);
  write_what_leaves(r, tunnel);
  if (tunnel.unread_replies == 0 && is_writable(c)) return false;
  apr_table_setn(r->headers_out, "Content-Length", "1");
  if (!ap_set_keepalive(r)) return false; // the last reply of the connection
  while (!c->aborted && !has_read_ahead(r)) {
    const short events = await_client(r);
    if ((events & POLLOUT) == 0)
      break; // the next request has come first, or the client has ended, or this thread must not wait
    write_what_leaves(r, tunnel);
    if (tunnel.unread_replies == 0 && is_writable(c)) return false;
  }
  count_reply(r, tunnel);
  return true;
}

void write_unread(request_rec* r) {
  ConnectionNotes* const tunnel = find_connection_notes(r->connection);
  while (tunnel && tunnel->unread_replies > 0 && !r->connection->aborted) {
    const std::uint64_t count = std::min(tunnel->unread_replies, kBlockingBatch);
    tunnel->unread_replies -= count;
    if (!write_batch(r, count)) return;
  }
}

} // namespace rtmpt_proxy::apache
