// SPDX-License-Identifier: Apache-2.0
#include "gateway/doors/cached_terms.hpp"
#include "gateway/doors/session_start.hpp"
#include "gateway/loops/gateway.hpp"
#include "gateway/session/session_id.hpp"
#include "gateway/viewers/flv_client_leg.hpp"

#include <rtmpt_proxy/policy/limits/counted_address.hpp>

#include <boost/asio/post.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace {

policy::ClientLeg leg_of(const protocol::HandOverViewer& viewer) {
  const bool over_tls = viewer.admission.over_tls;
  if (viewer.framing == protocol::ViewerFraming::websocket)
    return over_tls ? policy::ClientLeg::wss : policy::ClientLeg::ws;
  return over_tls ? policy::ClientLeg::https : policy::ClientLeg::http;
}

FlvViewerTerms terms_of(Loop& home, protocol::HandOverViewer& viewer) {
  FlvViewerTerms terms;
  const protocol::Admission& admission = viewer.admission;
  terms.hub = admission.cached ? pulled_hub(admission) : admission.backend.host;
  if (admission.cached)
    terms.pull = [&home, target = stream_of(home, viewer), client = policy::counted_as(admission.client_address)](
                     const std::shared_ptr<HubLoop>& hub) { return home.pulls().want(hub, target, client); };
  terms.path = viewer.app + "/" + viewer.stream_name;
  terms.framing = viewer.framing;
  terms.way = viewer.is_pumped ? policy::Way::pumped : policy::Way::handed_over;
  terms.head = std::move(viewer.head);
  terms.wait = viewer.admission.terms.hub_wait;
  return terms;
}

void log_lost(Loop& home, const protocol::Admission& admission, std::string_view why) {
  if (const auto left_out = home.services().channel_lines.admit(std::chrono::steady_clock::now()))
    home.log().error("RTMPT573: the viewer {} of {} gets no stream: {}{}", shown_client(admission),
                     admission.server_name, why, policy::words_for_left_out(*left_out));
}

void begin_viewer(Loop& home, protocol::HandOverViewer& viewer, SessionPlaces places, DetachedClient client) {
  ClientSocket socket(home.io());
  if (const std::string failure = socket.take(std::move(client)); !failure.empty())
    return log_lost(home, viewer.admission, failure);
  if (home.finished()) return log_lost(home, viewer.admission, retiring().detail);
  if (const auto banned = refused_by_ban(home, viewer.admission))
    return log_lost(home, viewer.admission, banned->detail);
  const protocol::SessionId id = make_session_id(home.index(), home.gateway().tag());
  FlvViewerTerms terms = terms_of(home, viewer);
  const Stream::MakeClient make_client = [&](ClientOwner& owner) {
    return std::make_unique<FlvClientLeg>(owner, home.services(), home.hub_loop(), std::move(terms), std::move(socket),
                                          std::chrono::steady_clock::now());
  };
  auto stream = std::make_shared<Stream>(home.session_home(), viewer.admission, std::move(places), id, make_client);
  stream->plays(leg_of(viewer), std::move(viewer.app), std::move(viewer.stream_name));
  home.sessions().add(id, viewer.admission.vhost_key, stream);
  stream->start();
}

} // namespace

void start_viewer(Loop& home, protocol::HandOverViewer viewer, SessionPlaces places, DetachedClient client) {
  boost::asio::post(
      home.io(), [&home, viewer = std::move(viewer), places = std::move(places), client = std::move(client)]() mutable {
        try {
          begin_viewer(home, viewer, std::move(places), std::move(client));
        } catch (const std::exception& failure) { // no memory; the loop and its sessions go on
          log_lost(home, viewer.admission, failure.what());
        }
      });
}

} // namespace rtmpt_proxy::gateway
