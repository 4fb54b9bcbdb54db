// SPDX-License-Identifier: Apache-2.0
// What follows from a refusal: which status a client gets, and whether a backend is blamed.
#pragma once

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>

#include <cstdint>

namespace rtmpt_proxy::policy {

// What the gateway's refusal of an open means for the choice of a backend.
enum class OpenFault : std::uint8_t {
  of_backend,       // the backend failed: mod_proxy puts the balancer member into error and tries the next one
  backend_untested, // something else kept the gateway from this backend: the next member is tried, none is blamed
  limit,            // RTMPTMaxSessions and its kin: the client is answered, as the administrator wants
  ban,              // rtmptctl end --ban: the client is answered 403
  gateway_full,     // the gateway has no descriptors or no memory left, and has logged it: the client is answered
  gateway,          // the gateway takes no new sessions: the client is answered
  client,           // a client of RTMP has left: nobody waits for an answer
};

OpenFault fault_of(protocol::Refusal reason);

// How a request's body ended.
enum class BodyEnd : std::uint8_t {
  not_yet,
  whole,
  cut,       // the client went away before its end
  malformed, // for example in its chunks
  too_slow,  // for Timeout or mod_reqtimeout
  too_large, // over the limit
  changed,   // a filter of another module gave back something else than it had read
  answered,  // httpd's own filter has answered the request
};

// Whether the body ended in another way than whole.
constexpr bool is_bad(BodyEnd end) {
  return end != BodyEnd::not_yet && end != BodyEnd::whole;
}

// The status for a request whose body ended like this: 400, 408 or 413. 200 when nothing is wrong with the body, and
// for `answered`: then the client has its answer.
std::uint16_t status_of(BodyEnd end);

// The status for a target that cannot be served: 404 when it is none of RTMPT's, 400 when it is a bad one. 200 for
// none.
std::uint16_t status_of(protocol::TargetError error);

// The status for a request that has a bad body and that the gateway has answered with `gateway_status`. A session that
// does not exist (404) is the reason that counts; otherwise the body is.
std::uint16_t status_of_bad_body(BodyEnd end, std::uint16_t gateway_status);

} // namespace rtmpt_proxy::policy
