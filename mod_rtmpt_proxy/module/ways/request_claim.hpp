// SPDX-License-Identifier: Apache-2.0
// What the module remembers of a request, and more of one that it has claimed for the tunnel.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/link/gateway_client.hpp"

#include <rtmpt_proxy/policy/callbacks/callback_verdict.hpp>
#include <rtmpt_proxy/policy/routing/carriage.hpp>
#include <rtmpt_proxy/policy/routing/pass_target.hpp>
#include <rtmpt_proxy/policy/routing/route_memory.hpp>
#include <rtmpt_proxy/policy/watch/watch_target.hpp>
#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::apache {

// A balancer member that was skipped because the most allowed opens wait for it. mod_proxy tries the next member only
// when this one is in error, so it is put into error until the request ends.
struct SkippedMember {
  proxy_worker* worker;
  apr_time_t error_time; // when mod_proxy put it into error for this request; 0: not yet
};

// A request that belongs to the tunnel, from the moment the module claims it. Part of the request's notes.
struct RequestClaim {
  protocol::TargetResult parsed; // its views point into the request's own text

  // For an open:
  std::optional<policy::HubName>
      hub;              // it goes to this hub, and not to mod_proxy; also set for viewers over HTTP and lists
  ChannelLease channel; // obtained before mod_proxy chooses a backend
  std::optional<std::uint32_t> loop; // of an ask: where the client waits, and where the channel must lead
  Deadline patient_until; // until then the request may wait for the gateway without a waiting place; set together with
                          // `channel`
  std::vector<proxy_worker*> failed;  // members that gave no session
  std::vector<SkippedMember> skipped; // members that were not asked, or whose answer was not awaited
  bool choice_failed = false;         // the gateway could not be asked for a member
  bool spares_member = false;         // the answer to the client is not the member's fault
  bool admitted = false;              // the open has led to a session
  bool gateway_failed = false;        // the gateway could not be asked, or did not answer
  std::string refusal;                // why the last member, the gateway or this module gave no session
  std::string hops;                   // for an rtmpt:// server, see open_hops.hpp

  // For a viewer over HTTP: the stream.
  std::optional<policy::WatchTarget> watch;
  std::optional<policy::PassTarget> watched_server; // the servers or balancer that has it, where it is no hub
  // For a viewer of a stream that is fetched from a media server, when mod_proxy has chosen it: takes the viewer to the
  // gateway with this admission, and tells what that said. Returns the handler's result. Unset for all others.
  std::function<int(const protocol::Admission&, Terms, protocol::GatewayMessage& answer)> show_viewer;

  // For a list of a hub's streams: their application.
  std::optional<std::string> list_app;

  // For a request of a session:
  bool gateway_was_asked = false; // the gateway knows what happened to the request

  // For logs, as far as known; the backend of an open without a session is the one tried last.
  protocol::SessionFacts facts;
  std::optional<policy::Way> way; // handed over or forwarded; none when no gateway has had it
};

// What a callback has said about a request: httpd may go through the same rule twice.
struct KeptVerdict {
  std::string url;
  policy::CallbackVerdict verdict;
};

// Lives in the request's pool, and is used by the thread that serves the request. Hooks of several phases ask for the
// target and the route: each is worked out once.
struct RequestNotes {
  const char* parsed_text = nullptr; // the r->unparsed_uri that `target` comes from; null: none yet
  std::string_view parsed_path;      // of that text, without its query
  protocol::TargetResult target;
  policy::RouteMemory route;         // of an open
  const char* host = nullptr;        // the Host by which httpd has chosen the virtual host; null: none, or no open
  bool calls_back = false;           // a callback about it is under way
  bool tries_callbacks = false;      // its rules are gone through as if each callback said yes
  std::vector<KeptVerdict> verdicts; // of the callbacks about it, and about the PLAY of a viewer over HTTP
  std::optional<RequestClaim> claim; // unset: the request is not the tunnel's, as far as is known
};

// Made when there are none.
RequestNotes& request_notes(request_rec* r);

// The target of the request, parsed at the first call. When the client has spelt it differently from the path that
// httpd has normalised and authorises (r->uri), it is not_a_tunnel_target: otherwise httpd would authorise one request
// and the gateway would serve another. The views point into the request's own text.
protocol::TargetResult tunnel_target(request_rec* r);

// Whether it is a good open.
bool is_open(const protocol::TargetResult& parsed);

// Notes the claim, with the target, at the request, marks the request as the tunnel's (see tunnel_mark.hpp), and
// switches mod_deflate and mod_brotli off for it.
RequestClaim& claim_request(request_rec* r);

// The claim of this request, or null.
RequestClaim* find_claim(const request_rec* r);

// The status that the client got in the end: an error document has a request of its own.
int final_status(const request_rec* r);

// Whether this is the subrequest of a callback, or was made for it.
bool is_callback(const request_rec* r);

// Whether this is the subrequest by which the rules for PLAY are tried for a viewer over HTTP.
bool is_play_of_viewer(const request_rec* r);

// Whether the client sent this request. False for a subrequest, an internal redirect or an error document.
bool is_clients_own(const request_rec* r);

} // namespace rtmpt_proxy::apache
