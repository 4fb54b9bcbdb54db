#include "module/ways/hand_over.hpp"

#include "local/patience.hpp"
#include "module/child/child_state.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/request_body.hpp"
#include "module/ways/unread_replies.hpp"

namespace rtmpt_proxy::apache {

namespace {

constexpr apr_size_t kUnknownLength = static_cast<apr_size_t>(-1);
// httpd reads 8,000 bytes at a time, and hardly ever holds more than two such pieces.
constexpr std::size_t kMostReadAhead = 64u << 10;

// Answers to earlier requests on this connection may still wait in httpd. They must be written before the gateway
// writes.
bool flush_pending_output(conn_rec* c) {
  apr_bucket_brigade* const brigade = apr_brigade_create(c->pool, c->bucket_alloc);
  APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_flush_create(c->bucket_alloc));
  const bool flushed = ap_pass_brigade(c->output_filters, brigade) == APR_SUCCESS && !c->aborted;
  apr_brigade_destroy(brigade);
  return flushed;
}

// Takes the bytes of later requests that httpd's filters hold. Nothing is read from the socket, because a client could
// keep it full: the network filter gives all that it holds, and the socket itself as the last bucket.
std::string take_read_ahead(conn_rec* c) {
  std::string bytes;
  apr_bucket_brigade* const brigade = apr_brigade_create(c->pool, c->bucket_alloc);
  ap_get_brigade(c->input_filters, brigade, AP_MODE_EXHAUSTIVE, APR_NONBLOCK_READ, 0);
  for (apr_bucket* bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);
       bucket = APR_BUCKET_NEXT(bucket)) {
    if (APR_BUCKET_IS_METADATA(bucket)) continue;
    if (bucket->length == kUnknownLength) break; // the socket
    const char* data = nullptr;
    apr_size_t size = 0;
    if (apr_bucket_read(bucket, &data, &size, APR_NONBLOCK_READ) == APR_SUCCESS) bytes.append(data, size);
  }
  apr_brigade_destroy(brigade);
  return bytes;
}

// Makes httpd forget the connection: it neither reads nor writes it again, and only closes its own descriptor, without
// a shutdown.
void let_go(request_rec* r) {
  conn_rec* const c = r->connection;
  c->aborted = 1;
  c->keepalive = AP_CONN_CLOSE;
  if (c->cs) c->cs->state = CONN_STATE_LINGER;
  r->status = HTTP_OK;
}

bool wants_close(request_rec* r) {
  return ap_find_token(r->pool, apr_table_get(r->headers_in, "Connection"), "close");
}

// Whether the request is a send: it is handed over at its head, and the gateway's first bytes are that head.
bool goes_at_its_head(const protocol::TunnelRequest& request) {
  return request.kind == protocol::TunnelRequestKind::send;
}

protocol::HandOver offer(request_rec* r, const protocol::TunnelRequest& request) {
  protocol::HandOver message = hand_over_terms(r, request.session_id);
  message.keep_alive = !wants_close(r);
  if (!goes_at_its_head(request)) {
    message.request = request;
    message.awaits_answer = true;
  }
  return message;
}

// Writes the head of a send again, with the fields that the gateway needs.
std::string written_again(request_rec* r, const protocol::TunnelRequest& request) {
  std::string head = "POST /" + std::string(protocol::to_string(request.kind)) + "/" + request.session_id.secret() +
                     "/" + std::to_string(request.sequence_number.value_or(0)) + " HTTP/1.1\r\n";
  const auto add = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  if (const char* const host = apr_table_get(r->headers_in, "Host")) add("Host", host);
  const char* const length = apr_table_get(r->headers_in, "Content-Length");
  if (apr_table_get(r->headers_in, "Transfer-Encoding"))
    add("Transfer-Encoding", "chunked");
  else
    add("Content-Length", length ? length : "0");
  if (r->expecting_100) add("Expect", "100-continue"); // 100 Continue has not been sent yet
  if (wants_close(r)) add("Connection", "close");
  return head + "\r\n";
}

// The gateway has said Take: sends it the bytes that httpd has read, and gives the channel back.
void complete(request_rec* r, std::size_t door, const protocol::TunnelRequest& request, ChannelLease channel) {
  const std::string head = goes_at_its_head(request) ? written_again(r, request) : std::string();
  const std::string bytes = take_read_ahead(r->connection);
  let_go(r);
  if (bytes.size() > kMostReadAhead) {
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r,
                  "%s: connection of %s closed: httpd had read %" APR_SIZE_T_FMT
                  " bytes behind the request, and at most %" APR_SIZE_T_FMT " can be handed over",
                  ids::kTooMuchReadAhead, r->useragent_ip, bytes.size(), kMostReadAhead);
    return;
  }
  const ChannelStatus status = channel->send(protocol::Residue{head + bytes}, Clock::now() + local::patience::kResidue);
  if (status == ChannelStatus::ok) {
    server_config(r->server).child->client.give_back(door, std::move(channel));
    ap_log_rerror(APLOG_MARK, APLOG_TRACE1, 0, r, "%s: connection handed over", ids::kHandedOver);
    return;
  }
  ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                "%s: connection of %s lost while it was handed over: rtmpt-gateway did not take what had been read",
                ids::kHandOverLost, r->useragent_ip);
}

} // namespace

protocol::HandOver hand_over_terms(request_rec* r, const protocol::SessionId& session_id) {
  const ServerConfig& config = server_config(r->server);
  const char* const host = apr_table_get(r->headers_in, "Host");
  protocol::HandOver message;
  message.vhost_key = config.vhost_key;
  message.client_address = r->useragent_ip;
  message.host_header = host ? host : "";
  message.body_limit_bytes = static_cast<std::uint32_t>(body_limit(r, config.effective.body_limit_bytes));
  message.request.session_id = session_id;
  return message;
}

HandOverOutcome hand_over(request_rec* r, std::size_t door, const protocol::TunnelRequest& request,
                          ChannelLease first) {
  conn_rec* const c = r->connection;
  HandOverOutcome outcome;
  write_unread(r); // replies to earlier requests that were forwarded
  const int descriptor = descriptor_of(c);
  if (descriptor < 0 || !flush_pending_output(c)) {
    outcome.result = HandOverResult::declined;
    return outcome;
  }
  GatewayClient& client = server_config(r->server).child->client;
  Conversation conversation = client.exchange_for_session(door, request.session_id, offer(r, request),
                                                          local::patience::kTake, descriptor, std::move(first));
  outcome.status = conversation.status;
  if (conversation.status != ChannelStatus::ok) return outcome;
  if (std::holds_alternative<protocol::Take>(conversation.answer)) {
    complete(r, door, request, std::move(conversation.channel));
    outcome.result = HandOverResult::done;
  } else if (auto* const reply = std::get_if<protocol::Reply>(&conversation.answer)) {
    client.give_back(door, std::move(conversation.channel));
    outcome.reply = std::move(*reply);
    outcome.result =
        outcome.reply.status == HTTP_SERVICE_UNAVAILABLE ? HandOverResult::declined : HandOverResult::answered;
  } else {
    outcome.status = ChannelStatus::misplaced;
  }
  return outcome;
}

} // namespace rtmpt_proxy::apache
