// SPDX-License-Identifier: Apache-2.0
// How a session begins once it is known what stands behind it: a connection to a media server, or a hub.
#pragma once

#include "gateway/doors/admission.hpp"
#include "gateway/sessions/stream.hpp"
#include "gateway/sockets/detached_client.hpp"

#include <exception>
#include <memory>
#include <optional>

namespace rtmpt_proxy::gateway {

// What is refused by a gateway that takes no new sessions.
protocol::Refused retiring();
// What is answered when nobody waits any more for the session that a client of RTMP was to get.
protocol::Refused client_gone();
// What is answered when an administrator has banned the client.
std::optional<protocol::Refused> refused_by_ban(Loop& loop, const protocol::Admission& admission);

// Makes the stream with its leg to the backend, enters it into the loop's table, starts it, and answers by `done`. The
// stream is for a client that opens an RTMPT session, or for the client of RTMP that has the admission's ticket. Called
// on the loop where the session lives.
void start_session(Loop& loop, protocol::Admission admission, SessionPlaces places, const Stream::MakeLeg& make_leg,
                   const AdmissionDone& done);

// The same for an admission that names a hub, soon: from a handler that it posts to `home`.
void start_hub_session(Loop& home, protocol::Admission admission, SessionPlaces places,
                       const std::shared_ptr<Opening>& opening, const AdmissionDone& done);

// Begins the stream of a viewer who was handed over, soon: on the loop where it is to live.
void start_viewer(Loop& home, protocol::HandOverViewer viewer, SessionPlaces places, DetachedClient client);

// Answers that the session could not be made because of this exception. Throws nothing: an exception that leaves a
// handler would end the loop and all its sessions.
void report_failure(Loop& home, const AdmissionDone& done, const std::exception_ptr& failure);

} // namespace rtmpt_proxy::gateway
