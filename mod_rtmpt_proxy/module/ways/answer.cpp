// SPDX-License-Identifier: Apache-2.0
#include "module/ways/answer.hpp"

#include "module/core/message_ids.hpp"
#include "module/ways/unread_replies.hpp"

#include <rtmpt_proxy/protocol/messages/ask_answer.hpp>
#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>
#include <rtmpt_proxy/protocol/rtmpt/http_reply.hpp>
#include <rtmpt_proxy/protocol/text/percent_text.hpp>
#include <rtmpt_proxy/protocol/text/utf8.hpp>

#include <cstdint>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kRetryAfterSeconds = "1";

// `status_line`: the status with a reason; null: httpd's own.
int answer(request_rec* r, int status, std::string_view type, std::string_view first, std::string_view second,
           const char* status_line = nullptr) {
  write_unread(r);
  r->status = status;
  r->status_line = status_line;
  ap_set_content_type(r, type.data()); // a constant, which ends with a zero byte
  ap_set_content_length(r, static_cast<apr_off_t>(first.size() + second.size()));
  apr_table_setn(r->headers_out, "Cache-Control", "no-cache");
  if (status == HTTP_SERVICE_UNAVAILABLE) apr_table_setn(r->headers_out, "Retry-After", kRetryAfterSeconds);
  apr_bucket_alloc_t* const buckets = r->connection->bucket_alloc;
  apr_bucket_brigade* const brigade = apr_brigade_create(r->pool, buckets);
  // Transient: a filter that keeps the bytes longer than this call copies them.
  for (const std::string_view bytes : {first, second})
    if (!bytes.empty())
      APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_transient_create(bytes.data(), bytes.size(), buckets));
  APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_eos_create(buckets));
  const apr_status_t written = ap_pass_brigade(r->output_filters, brigade);
  if (written != APR_SUCCESS)
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, written, r, "%s: the client did not take the answer", ids::kReplyNotWritten);
  return OK;
}

void close_afterwards(request_rec* r) {
  r->connection->keepalive = AP_CONN_CLOSE;
}

} // namespace

int answer_reply(request_rec* r, const protocol::Reply& reply) {
  if (reply.status != HTTP_OK) return answer_error(r, reply.status, reply.close);
  if (keep_unread(r, reply)) return OK;
  if (reply.close) close_afterwards(r);
  const char polling_interval = static_cast<char>(reply.polling_interval.value_or(0));
  return answer(r, HTTP_OK, protocol::kStreamType, std::string_view(&polling_interval, reply.polling_interval ? 1 : 0),
                reply.body);
}

int answer_session_id(request_rec* r, const protocol::SessionId& session_id) {
  return answer(r, HTTP_OK, protocol::kStreamType, session_id.secret(), "\n");
}

int answer_verdict(request_rec* r) {
  if (r->user)
    apr_table_setn(
        r->headers_out, protocol::kAskUserHeader.data(), // likewise
        apr_pstrdup(r->pool,
                    protocol::percent_encoded(protocol::cut_utf8(r->user, protocol::kMaxAskUserBytes)).c_str()));
  // a constant, which ends with a zero byte
  return answer(r, HTTP_OK, protocol::kTextType, {}, {}, protocol::kAskAllowed.data());
}

int answer_error(request_rec* r, int status, bool close) {
  if (close) close_afterwards(r);
  return answer(r, status, protocol::kTextType, protocol::error_body(static_cast<std::uint16_t>(status)), {});
}

} // namespace rtmpt_proxy::apache
