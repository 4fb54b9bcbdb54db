// SPDX-License-Identifier: Apache-2.0
#include "module/ways/hand_over.hpp"

#include "local/patience.hpp"
#include "module/child/child_state.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/server_config.hpp"
#include "module/core/shown_client.hpp"
#include "module/link/connection_release.hpp"
#include "module/ways/request_body.hpp"
#include "module/ways/unread_replies.hpp"

namespace rtmpt_proxy::apache {

namespace {

// httpd reads 8,000 bytes at a time, and hardly ever holds more than two such pieces.
constexpr std::size_t kMostReadAhead = 64u << 10;

bool wants_close(request_rec* r) {
  return ap_find_token(r->pool, apr_table_get(r->headers_in, "Connection"), "close");
}

// Whether the request is a send: it is handed over at its head, and the gateway's first bytes are that head.
bool goes_at_its_head(const protocol::TunnelRequest& request) {
  return request.kind == protocol::TunnelRequestKind::send;
}

protocol::HandOver offer(request_rec* r, const protocol::TunnelRequest& request) {
  protocol::HandOver message = hand_over_terms(r, request.session_id);
  if (const protocol::AskPreamble* const relay = find_relay(r->connection)) message.ticket = relay->ticket;
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

// The bytes that httpd has read ahead. mod_ssl gives nothing back, but the gateway has kept what it relayed, so it is
// told how much of that httpd has taken.
protocol::Residue read_ahead(conn_rec* c) {
  if (find_relay(c)) return {{}, connection_notes(c).relayed_bytes};
  return {take_read_ahead(c->input_filters)};
}

// The gateway has said Take: sends it the bytes that httpd has read, and gives the channel back.
void complete(request_rec* r, std::size_t door, const protocol::TunnelRequest& request, ChannelLease channel) {
  const std::string head = goes_at_its_head(request) ? written_again(r, request) : std::string();
  conn_rec* const c = r->connection;
  protocol::Residue residue = read_ahead(c);
  let_go(c);
  r->status = HTTP_OK;
  if (residue.bytes.size() > kMostReadAhead) {
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r,
                  "%s: connection of %s closed: httpd had read %" APR_SIZE_T_FMT
                  " bytes behind the request, and at most %" APR_SIZE_T_FMT " can be handed over",
                  ids::kTooMuchReadAhead, shown_client(r).c_str(), residue.bytes.size(), kMostReadAhead);
    return;
  }
  residue.bytes.insert(0, head);
  const ChannelStatus status = channel->send(std::move(residue), Clock::now() + local::patience::kResidue);
  if (status == ChannelStatus::ok) {
    server_config(r->server).child->client.give_back(door, std::move(channel));
    ap_log_rerror(APLOG_MARK, APLOG_TRACE1, 0, r, "%s: connection handed over", ids::kHandedOver);
    return;
  }
  ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                "%s: connection of %s lost while it was handed over: rtmpt-gateway did not take what had been read",
                ids::kHandOverLost, shown_client(r).c_str());
}

} // namespace

bool has_client(conn_rec* c, GatewayClient& client, std::size_t door, Deadline patient_until, bool has_channel) {
  if (!find_relay(c)) return true;
  if (!has_channel && client.pid_of(door) == 0) {
    ChannelStatus status = ChannelStatus::lost;
    client.give_back(door, client.obtain(door, status, patient_until));
  }
  return client.pid_of(door) == static_cast<std::uint32_t>(connection_notes(c).asker);
}

bool flush_pending_output(conn_rec* c) {
  apr_bucket_brigade* const brigade = apr_brigade_create(c->pool, c->bucket_alloc);
  APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_flush_create(c->bucket_alloc));
  const bool flushed = ap_pass_brigade(c->output_filters, brigade) == APR_SUCCESS && !c->aborted;
  apr_brigade_destroy(brigade);
  return flushed;
}

protocol::HandOver hand_over_terms(request_rec* r, const protocol::SessionId& session_id) {
  const ServerConfig& config = server_config(r->server);
  const char* const host = apr_table_get(r->headers_in, "Host");
  protocol::HandOver message;
  message.vhost_key = config.vhost_key;
  message.client_address = shown_client(r);
  message.host_header = host ? host : "";
  message.body_limit_bytes = static_cast<std::uint32_t>(body_limit(r, config.effective.body_limit_bytes));
  message.request.session_id = session_id;
  return message;
}

HandOverOutcome hand_over(request_rec* r, std::size_t door, const protocol::TunnelRequest& request,
                          std::chrono::milliseconds patience, ChannelLease first) {
  conn_rec* const c = r->connection;
  HandOverOutcome outcome;
  GatewayClient& client = server_config(r->server).child->client;
  Terms terms(local::patience::kTake);
  terms.patient_until = Clock::now() + patience;
  if (!has_client(c, client, door, *terms.patient_until, first != nullptr)) {
    client.give_back(door, std::move(first));
    outcome.result = HandOverResult::declined;
    return outcome;
  }
  write_unread(r);                                              // replies to earlier requests that were forwarded
  const int descriptor = find_relay(c) ? -1 : descriptor_of(c); // of a relayed client it is the gateway's
  if ((descriptor < 0 && !find_relay(c)) || !flush_pending_output(c)) {
    outcome.result = HandOverResult::declined;
    return outcome;
  }
  Conversation conversation = client.exchange_for_session(door, request.session_id, offer(r, request), std::move(terms),
                                                          descriptor, std::move(first));
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
