// SPDX-License-Identifier: Apache-2.0
#include "module/balancer/scheme_handler.hpp"

#include "local/patience.hpp"
#include "module/balancer/cached_workers.hpp"
#include "module/balancer/fail_over.hpp"
#include "module/balancer/open_wait.hpp"
#include "module/child/child_state.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"
#include "module/tunnel/open_answer.hpp"
#include "module/tunnel/tunnel_handler.hpp"
#include "module/ways/answer.hpp"
#include "module/ways/request_claim.hpp"

#include <rtmpt_proxy/policy/routing/refusals.hpp>

namespace rtmpt_proxy::apache {

namespace {

using std::chrono::milliseconds;

milliseconds to_milliseconds(apr_interval_time_t microseconds) {
  return std::chrono::ceil<milliseconds>(std::chrono::microseconds(microseconds));
}

// connectiontimeout=, else timeout=, else ours.
milliseconds connect_timeout(const proxy_worker& worker) {
  if (worker.s->conn_timeout_set && worker.s->conn_timeout > 0) return to_milliseconds(worker.s->conn_timeout);
  if (worker.s->timeout_set && worker.s->timeout > 0) return to_milliseconds(worker.s->timeout);
  return policy::kDefaultConnectTimeout;
}

// Tells the backend the client's address, as httpd authorised it, and the address that the client connected to. When
// one of them is unknown, the backend is told nothing.
void tell_client(protocol::Admission& message, const request_rec* r, policy::BackendScheme scheme) {
  if (message.client != protocol::ProxiedConnection{})
    message.forward_client = policy::client_forwarding(server_config(r->server).effective.forward_client, scheme);
}

protocol::Admission admission(request_rec* r, const RequestClaim& claim, const proxy_worker& worker,
                              const policy::BackendUrl& backend) {
  protocol::Admission message = admission_of(r);
  message.backend_name = policy::to_string(backend);
  message.backend = address_of(backend);
  message.connect_timeout = connect_timeout(worker);
  tell_client(message, r, backend.scheme);
  if (backend.scheme == policy::BackendScheme::rtmps) message.tls = server_config(r->server).backend_tls;
  if (backend.scheme == policy::BackendScheme::rtmpt) message.hops = claim.hops;
  message.cached = is_cached(r->server, worker, message.backend_name);
  return message;
}

// The backend failed. With 503 mod_proxy puts this member into error and tries the balancer's next one.
int blame_backend(request_rec* r, RequestClaim& claim, proxy_worker& worker, const protocol::Refused& refused,
                  const std::string& backend) {
  const bool bare_timeout = refused.reason == protocol::Refusal::backend_timeout && refused.detail.empty();
  if (const auto left_out = server_config(r->server).child->backend_lines.admit(backend, Clock::now()))
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "%s: backend %s gives virtual host %s no session: %s%s",
                  ids::kBackendFailed, backend.c_str(), r->server->server_hostname,
                  bare_timeout ? "no answer in time" : refused.detail.c_str(),
                  policy::words_for_left_out(*left_out).c_str());
  note_failure(claim, worker);
  return HTTP_SERVICE_UNAVAILABLE;
}

// The backend was not tried, but not because of a fault of its own. mod_proxy tries the next member.
int spare_backend(request_rec* r, RequestClaim& claim, proxy_worker& worker, const protocol::Refused& refused,
                  const std::string& backend) {
  if (const auto left_out = server_config(r->server).child->untried_lines.admit(backend, Clock::now()))
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                  "%s: backend %s was not tried for virtual host %s, and is not taken for faulty: %s%s",
                  ids::kBackendNotTried, backend.c_str(), r->server->server_hostname, refused.detail.c_str(),
                  policy::words_for_left_out(*left_out).c_str());
  note_skip(claim, worker);
  return HTTP_SERVICE_UNAVAILABLE;
}

// Whether the media server left the open without an answer.
bool is_timeout(const protocol::GatewayMessage& answer) {
  const auto* const refused = std::get_if<protocol::Refused>(&answer);
  return refused && refused->reason == protocol::Refusal::backend_timeout;
}

// The most allowed opens wait for this backend already. Level notice, not error: the waiting ones log their results.
int skip_backend(request_rec* r, RequestClaim& claim, proxy_worker& worker, const std::string& backend) {
  if (const auto left_out = server_config(r->server).child->crowded_lines.admit(backend, Clock::now()))
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r,
                  "%s: backend %s does not answer soon, and as many opens as may wait for it do: virtual host %s asks "
                  "it for no more sessions%s",
                  ids::kTooManyWait, backend.c_str(), r->server->server_hostname,
                  policy::words_for_left_out(*left_out).c_str());
  note_skip(claim, worker);
  claim.refusal = "too many opens wait for the backend";
  claim.spares_member = true; // unless another one is tried
  return HTTP_SERVICE_UNAVAILABLE;
}

// Who mixes members with and without the key gets what he asked for.
int answer_unwatched(RequestClaim& claim) {
  claim.refusal = "the streams of the media server that was chosen are not watched: it has no cache=on";
  claim.spares_member = true;
  return HTTP_NOT_FOUND;
}

Terms terms_for(const RequestClaim& claim, const protocol::Admission& message, const std::shared_ptr<OpenWait>& wait) {
  Terms terms;
  terms.answer_within = message.connect_timeout + local::patience::kAdmissionGrace;
  if (claim.show_viewer) terms.answer_within += local::patience::kFirstMedia;
  terms.patient_until = std::max(claim.patient_until, Clock::now() + local::patience::kNextMember);
  terms.ask = [wait] { return wait->leave_to_go_on(); };
  terms.waits_for_others = true;
  terms.loop = claim.loop;
  return terms;
}

// A viewer over HTTP of a stream that the gateway fetches from this server.
int show(request_rec* r, RequestClaim& claim, proxy_worker& worker, const protocol::Admission& message) {
  if (!message.cached) return answer_unwatched(claim);
  const auto wait = std::make_shared<OpenWait>(*server_config(r->server).child, message.backend_name);
  if (!wait->may_begin()) return skip_backend(r, claim, worker, message.backend_name);
  protocol::GatewayMessage answer;
  const int status = claim.show_viewer(message, terms_for(claim, message, wait), answer);
  if (!is_timeout(answer)) wait->server_answered();
  const auto* const refused = std::get_if<protocol::Refused>(&answer);
  if (!refused || policy::fault_of(refused->reason) != policy::OpenFault::of_backend) {
    claim.spares_member = true;
    return status;
  }
  return blame_backend(r, claim, worker, *refused, message.backend_name);
}

int admit(request_rec* r, RequestClaim& claim, proxy_worker& worker, const policy::BackendUrl& backend) {
  const protocol::Admission message = admission(r, claim, worker, backend);
  claim.facts.backend_name = message.backend_name;
  claim.spares_member = false;
  if (claim.show_viewer) return show(r, claim, worker, message);
  ChildState& child = *server_config(r->server).child;
  GatewayClient& client = child.client;
  const auto wait = std::make_shared<OpenWait>(child, message.backend_name);
  if (!wait->may_begin()) return skip_backend(r, claim, worker, message.backend_name);
  Conversation conversation = client.exchange(0, message, terms_for(claim, message, wait), std::move(claim.channel));
  if (conversation.status == ChannelStatus::crowded && !wait->gateway_is_silent())
    return skip_backend(r, claim, worker, message.backend_name);
  if (conversation.status == ChannelStatus::ok) {
    if (!is_timeout(conversation.answer)) wait->server_answered();
    if (auto* const admitted = std::get_if<protocol::Admitted>(&conversation.answer)) {
      claim.admitted = true;
      claim.facts.session_name = std::move(admitted->session_name);
      return welcome(r, admitted->session_id, std::move(conversation.channel));
    }
    if (auto* const refused = std::get_if<protocol::Refused>(&conversation.answer)) {
      client.give_back(0, std::move(conversation.channel));
      claim.refusal = words_for(*refused);
      const policy::OpenFault fault = policy::fault_of(refused->reason);
      if (fault == policy::OpenFault::of_backend)
        return blame_backend(r, claim, worker, *refused, message.backend_name);
      claim.spares_member = true;
      if (fault == policy::OpenFault::backend_untested)
        return spare_backend(r, claim, worker, *refused, message.backend_name);
      return answer_refusal(r, *refused);
    }
    conversation.status = ChannelStatus::misplaced;
  }
  claim.spares_member = true;
  claim.gateway_failed = true;
  return answer_without_gateway(r, wait->gateway_is_silent() ? ChannelStatus::timed_out : conversation.status);
}

// A balancer member that was added at run time can have any URL. A member that cannot take streams counts as failed.
int refuse_worker(request_rec* r, RequestClaim& claim, proxy_worker& worker, const char* reason) {
  const char* const name = ap_proxy_worker_name(r->pool, &worker);
  if (const auto left_out = server_config(r->server).child->backend_lines.admit(name, Clock::now()))
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "%s: mod_proxy's backend '%s' cannot be used: %s%s", ids::kBadWorkerUrl,
                  name, reason, policy::words_for_left_out(*left_out).c_str());
  note_failure(claim, worker);
  claim.refusal = std::string("unusable backend: ") + reason;
  claim.facts.backend_name.clear();
  return HTTP_SERVICE_UNAVAILABLE;
}

// mod_proxy calls it once for each member it tries.
int handle_scheme(request_rec* r, proxy_worker* worker, proxy_server_conf*, char* url, const char* proxy_host,
                  apr_port_t) {
  RequestClaim* const claim = find_claim(r);
  if (!claim) return is_backend_url(url) ? HTTP_NOT_FOUND : DECLINED; // a forward proxy or a subrequest has no claim
  claim->spares_member = false;                                       // that was the member before
  const policy::BackendUrlResult backend = backend_of(url);
  if (proxy_host) return refuse_worker(r, *claim, *worker, "ProxyRemote is not for streams");
  if (!backend.error.empty()) return refuse_worker(r, *claim, *worker, backend.error.c_str());
  supply_default_port(*worker); // a member added at run time has none
  return admit(r, *claim, *worker, backend.url);
}

// Called again for each member of a balancer. It must not change the URL, not even the port, because mod_proxy finds
// workers by this text.
int canonicalise(request_rec* r, char* url) {
  if (!is_backend_url(url)) return DECLINED;
  r->filename = apr_pstrcat(r->pool, "proxy:", url, nullptr);
  return OK;
}

// Every member failed: answers the client with our own text instead of an error document.
int answer_failed_open(int* status, request_rec* r) {
  RequestClaim* const claim = find_claim(r);
  if (claim) restore_skipped(*claim);
  if (*status != HTTP_SERVICE_UNAVAILABLE || !claim) return DECLINED;
  // Closes the connection when members were skipped: with MPM worker and prefork an open connection would keep a
  // thread.
  *status = answer_error(r, HTTP_SERVICE_UNAVAILABLE, !claim->skipped.empty());
  return OK;
}

} // namespace

void register_scheme_hooks(apr_pool_t*) {
  // No order among schemes: each handler declines what is not its own.
  proxy_hook_scheme_handler(guarded<handle_scheme, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_FIRST);
  proxy_hook_canon_handler(guarded<canonicalise, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_FIRST);
  // Last: others may still change the status.
  APR_OPTIONAL_HOOK(proxy, request_status, (guarded<answer_failed_open, DECLINED>), nullptr, nullptr, APR_HOOK_LAST);
}

} // namespace rtmpt_proxy::apache
