// SPDX-License-Identifier: Apache-2.0
// Viewers over HTTP, as httpd hands them over.
#include "gateway/doors/cached_terms.hpp"
#include "gateway/doors/child_channel.hpp"
#include "gateway/doors/relay_take_over.hpp"
#include "gateway/doors/session_start.hpp"
#include "gateway/loops/gateway.hpp"

#include <rtmpt_proxy/policy/limits/counted_address.hpp>
#include <rtmpt_proxy/policy/routing/stream_target.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace rtmpt_proxy::gateway {

// The viewer counts as one who plays by RTMP. False: there are enough.
bool ChildChannel::take_place(const protocol::HandOverViewer& viewer) {
  const protocol::Admission& admission = viewer.admission;
  if (admission.terms.max_viewers == 0) return true;
  const StreamKey stream{admission.vhost_key, policy::stream_path(viewer.app, viewer.stream_name)};
  viewer_places_->viewer = loop().stream_register().enter_viewer(stream, admission.terms.max_viewers);
  return viewer_places_->viewer.has_value();
}

bool ChildChannel::take_viewer(protocol::HandOverViewer& viewer) {
  const protocol::Admission& admission = viewer.admission;
  if (admission.backend.kind != protocol::BackendKind::hub && !admission.cached) return false;
  const bool only_asks = viewer.framing == protocol::ViewerFraming::none;
  const bool is_relayed = viewer.ticket != 0;
  if (is_relayed && (only_asks || !descriptors().empty())) return false;
  const bool brings_client = !only_asks && !is_relayed;
  std::optional<local::Descriptor> client;
  if (brings_client) client = take_connection(shown_client(admission));
  if (brings_client && (!client || !*client)) return client.has_value();
  AskedViewer asked{std::move(viewer), client ? *std::move(client) : local::Descriptor()};
  if (auto refused = refusal_of_viewer(asked.terms.admission)) {
    refuse_viewer(asked.terms, *std::move(refused));
  } else if (asked.terms.admission.cached) {
    look_for_stream(std::move(asked));
  } else {
    const protocol::HandOverViewer& terms = asked.terms;
    const HubStreams& streams = loop().hub_loop()->streams();
    if (streams.is_published(terms.admission.backend.host, terms.app + "/" + terms.stream_name))
      answer_viewer(std::move(asked));
    else
      say(status_reply(404));
  }
  return true;
}

void ChildChannel::refuse_viewer(const protocol::HandOverViewer& viewer, protocol::Refused refused) {
  if (viewer.framing != protocol::ViewerFraming::none)
    loop().session_refused(viewer.admission.server_name, protocol::to_string(refused.reason));
  say(std::move(refused));
}

std::optional<protocol::Refused> ChildChannel::refusal_of_viewer(const protocol::Admission& admission) {
  if (loop().is_retiring()) return retiring();
  if (auto banned = refused_by_ban(loop(), admission)) return banned;
  if (loop().descriptors().has_room_for(admission.cached ? 2 : 1)) return std::nullopt;
  loop().log_full(admission.vhost_key);
  return protocol::Refused{protocol::Refusal::gateway_full, "too many descriptors in use"};
}

// The media server may have to be asked first. The look, and so its answer, goes with the channel.
void ChildChannel::look_for_stream(AskedViewer asked) {
  awaits_loops_ = true;
  asked_viewer_ = std::move(asked);
  look_ = std::make_unique<PullLook>(loop().hub_loop(), loop().pulls(), stream_of(loop(), asked_viewer_->terms),
                                     policy::counted_as(asked_viewer_->terms.admission.client_address),
                                     [this](LookResult result) { on_looked(result); });
}

void ChildChannel::on_looked(LookResult result) {
  const auto kept = shared();
  awaits_loops_ = false;
  look_.reset();
  AskedViewer asked = *std::exchange(asked_viewer_, std::nullopt);
  const protocol::Admission& admission = asked.terms.admission;
  switch (result) {
  case LookResult::live: return answer_viewer(std::move(asked));
  case LookResult::missing: return say(status_reply(404));
  case LookResult::full:
    return refuse_viewer(asked.terms,
                         {protocol::Refusal::gateway_full,
                          "as many streams are fetched from media servers as may be, in all or for this client"});
  case LookResult::unreachable: break;
  }
  loop().counts().note_failure(admission.backend, std::chrono::steady_clock::now());
  refuse_viewer(asked.terms, {protocol::Refusal::backend_unreachable, "the stream cannot be fetched from it now"});
}

// The stream is there.
void ChildChannel::answer_viewer(AskedViewer asked) {
  auto admitted = loop().counts().admit(asked.terms.admission, std::nullopt);
  if (auto* const refused = std::get_if<protocol::Refused>(&admitted))
    return refuse_viewer(asked.terms, std::move(*refused));
  viewer_places_ = std::move(std::get<SessionPlaces>(admitted));
  if (!take_place(asked.terms)) {
    viewer_places_.reset();
    return refuse_viewer(asked.terms, {protocol::Refusal::too_many_viewers, "as many play the stream as may"});
  }
  if (asked.terms.framing == protocol::ViewerFraming::none) {
    viewer_places_.reset();
    return say(status_reply(200));
  }
  viewer_ = std::move(asked.terms);
  client_ = std::move(asked.client);
  if (viewer_->ticket != 0) return promise(viewer_->ticket);
  say(protocol::Take{});
}

// What httpd has read behind the request is of no use: a client of WebSocket says nothing before the answer.
void ChildChannel::start_taken_viewer(std::uint64_t ticket, protocol::Residue residue) {
  SessionPlaces places = std::move(*std::exchange(viewer_places_, std::nullopt));
  Loop& home = loop().gateway().home_for(places);
  protocol::HandOverViewer viewer = std::move(*std::exchange(viewer_, std::nullopt));
  if (ticket == 0)
    return start_viewer(home, std::move(viewer), std::move(places), DetachedClient(std::exchange(client_, {})));
  // The places are free again when the client has left meanwhile.
  const auto kept = std::make_shared<SessionPlaces>(std::move(places));
  take_over_relay(loop(), ticket, std::move(residue),
                  [&home, viewer = std::move(viewer), kept](DetachedClient client, const std::string& /*residue*/) {
                    start_viewer(home, viewer, std::move(*kept), std::move(client));
                  });
}

} // namespace rtmpt_proxy::gateway
