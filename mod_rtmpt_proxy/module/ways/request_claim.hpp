// A request that belongs to the tunnel, from the moment the module claims it.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/link/gateway_client.hpp"

#include <rtmpt_proxy/policy/routing/carriage.hpp>
#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>

#include <optional>
#include <string>
#include <vector>

namespace rtmpt_proxy::apache {

// A member of a balancer that as many opens wait for as may. mod_proxy comes to the next one only when this one is in
// error, so it is for as long as the request lasts.
struct SkippedMember {
  proxy_worker* worker;
  apr_time_t error_time; // as mod_proxy noted it for this request; 0: not noted yet
};

// Lives in the request's pool.
struct RequestClaim {
  protocol::TargetResult parsed; // its views point into the request's own text

  // For an open:
  ChannelLease channel;               // obtained before mod_proxy chooses a backend
  Deadline patient_until;             // so long it may wait for the gateway without a place; from then on set
  std::vector<proxy_worker*> failed;  // members that gave it no session
  std::vector<SkippedMember> skipped; // members that were not asked, or not to the end
  bool choice_failed = false;         // the gateway could not be asked for a member
  bool spares_member = false;         // what the client was told is no fault of the member
  bool admitted = false;              // a session came of it
  bool gateway_failed = false;        // the gateway could not be asked, or did not answer
  std::string refusal;                // why the last member, the gateway or this module gave no session
  std::string hops;                   // for an rtmpt:// server, see open_hops.hpp

  // For a request of a session:
  bool gateway_was_asked = false; // and knows what became of it

  // For logs, as far as known; the backend of an open without a session is the one tried last.
  protocol::SessionFacts facts;
  std::optional<policy::Way> way; // handed over or forwarded; none when no gateway has had it
};

// What this request asks of the tunnel, by the path that httpd has parsed, normalised and authorises (r->uri). A target
// that the client spelt in any other way than that path is not_a_tunnel_target: httpd would authorise one thing and the
// gateway serve another. The views point into the request's own text.
protocol::TargetResult tunnel_target(const request_rec* r);

// Parses the target and notes the claim at the request, which is marked as the tunnel's (see tunnel_mark.hpp);
// mod_deflate and mod_brotli are told to keep off.
RequestClaim& claim_request(request_rec* r);

// The claim of this request, or null.
RequestClaim* find_claim(const request_rec* r);

// Whether this is what a client asked for, and not a subrequest or an error document.
bool is_clients_own(const request_rec* r);

} // namespace rtmpt_proxy::apache
