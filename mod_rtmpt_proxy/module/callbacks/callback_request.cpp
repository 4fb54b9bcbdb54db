// SPDX-License-Identifier: Apache-2.0
#include "module/callbacks/callback_request.hpp"

#include "module/callbacks/callback_filters.hpp"
#include "module/child/child_state.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/request_claim.hpp"

#include <cstring>
#include <memory>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

constexpr apr_size_t kUnknownServerBytes = 512;

// The same virtual host with another Timeout, from which mod_cgi, mod_cgid and mod_proxy take theirs. A newer httpd may
// know more members at its end: they are zero.
server_rec* with_timeout(request_rec* r, std::chrono::milliseconds timeout) {
  auto* const copy = static_cast<server_rec*>(apr_pcalloc(r->pool, sizeof(server_rec) + kUnknownServerBytes));
  std::memcpy(copy, r->server, sizeof(server_rec));
  copy->timeout = apr_time_from_msec(timeout.count());
  return copy;
}

// What the program gets of the request is the form alone: no header of the client.
void set_head(request_rec* subrequest, const request_rec* r, const char* url, std::size_t body_bytes) {
  subrequest->the_request = apr_pstrcat(subrequest->pool, "POST ", url, " HTTP/1.1", nullptr);
  subrequest->protocol = apr_pstrdup(subrequest->pool, "HTTP/1.1"); // mod_cgi: not an include
  subrequest->headers_in = apr_table_make(subrequest->pool, 4);
  apr_table_setn(subrequest->headers_in, "Host", r->hostname ? r->hostname : r->server->server_hostname);
  apr_table_setn(subrequest->headers_in, "Content-Type", "application/x-www-form-urlencoded");
  apr_table_setn(subrequest->headers_in, "Content-Length",
                 apr_psprintf(subrequest->pool, "%" APR_SIZE_T_FMT, body_bytes));
  // A connection of mod_proxy would keep the time-out of this request for those of others, and has theirs.
  apr_table_setn(subrequest->subprocess_env, "proxy-nokeepalive", "1");
  apr_table_setn(subrequest->subprocess_env, "proxy-initial-not-pooled", "1");
}

void set_body(request_rec* subrequest, const CallbackEnds& ends) {
  apr_bucket_alloc_t* const allocator = subrequest->connection->bucket_alloc;
  subrequest->kept_body = apr_brigade_create(subrequest->pool, allocator); // mod_proxy sends a body if there is one
  APR_BRIGADE_INSERT_TAIL(subrequest->kept_body,
                          apr_bucket_pool_create(ends.body, ends.body_bytes, subrequest->pool, allocator));
}

// An internal redirect (of mod_rewrite in a <Directory>, of mod_actions, of an error document) has a request of its
// own, and its own status. The first one that says no counts, so that no page behind it turns that into a yes.
void read_head(const request_rec* subrequest, int result, policy::CallbackAnswer& answer) {
  answer.status = result == OK || result == DONE ? subrequest->status : result;
  for (const request_rec* one = subrequest->next; one && ap_is_HTTP_SUCCESS(answer.status); one = one->next)
    answer.status = one->status;
  for (const request_rec* one = subrequest; one; one = one->next)
    if (apr_table_get(one->headers_out, "Location") && one->status != HTTP_CREATED) answer.has_location = true;
}

// mod_proxy heeds proxy-initial-not-pooled for the first request of a connection alone. A viewer's GET may be a later
// one, so the connection counts as new while its callback runs: else a pooled connection brings its own time-out along.
class AsFirstRequest {
 public:
  explicit AsFirstRequest(conn_rec* c) : c_(c), keepalives_(std::exchange(c->keepalives, 0)) {}
  AsFirstRequest(const AsFirstRequest&) = delete;
  AsFirstRequest& operator=(const AsFirstRequest&) = delete;
  ~AsFirstRequest() { c_->keepalives = keepalives_; }

 private:
  conn_rec* const c_;
  const int keepalives_;
};

policy::CallbackAnswer run(request_rec* r, request_rec* subrequest, const char* url, const std::string& form) {
  policy::CallbackAnswer answer;
  answer.status = subrequest->status;
  if (answer.status != HTTP_OK) return answer; // its rules refuse it, or it leads nowhere
  const std::chrono::milliseconds timeout = server_config(r->server).effective.callback_timeout;
  CallbackEnds ends;
  ends.subrequest = subrequest;
  ends.body = apr_pstrmemdup(subrequest->pool, form.data(), form.size());
  ends.body_bytes = form.size();
  ends.until = Clock::now() + timeout;
  set_head(subrequest, r, url, ends.body_bytes);
  set_body(subrequest, ends);
  put_ends(ends);
  const AsFirstRequest as_first(subrequest->connection);
  server_rec* const own = subrequest->server;
  subrequest->server = with_timeout(subrequest, timeout);
  const int result = ap_run_sub_req(subrequest);
  subrequest->server = own;
  read_head(subrequest, result, answer);
  answer.too_late = ends.too_late || Clock::now() >= ends.until;
  answer.too_long = ends.too_long;
  return answer;
}

} // namespace

policy::CallbackVerdict call_back(request_rec* r, const char* url, const std::string& form) {
  const std::chrono::milliseconds timeout = server_config(r->server).effective.callback_timeout;
  ChildState* const child = server_config(r->server).child;
  policy::CallbackAnswer answer;
  const std::shared_ptr<void> place = child->callback_places.take();
  answer.no_place = !place;
  if (answer.no_place) return policy::judge_callback(answer, timeout);
  RequestNotes& notes = request_notes(r);
  notes.calls_back = true;
  request_rec* const subrequest = ap_sub_req_method_uri("POST", url, r, nullptr);
  answer = run(r, subrequest, url, form);
  ap_destroy_sub_req(subrequest);
  notes.calls_back = false;
  return policy::judge_callback(answer, timeout);
}

} // namespace rtmpt_proxy::apache
