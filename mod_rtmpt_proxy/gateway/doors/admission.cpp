// SPDX-License-Identifier: Apache-2.0
#include "gateway/doors/admission.hpp"

#include "gateway/backends/backend_connector.hpp"
#include "gateway/backends/connected_leg.hpp"
#include "gateway/doors/cached_terms.hpp"
#include "gateway/doors/session_start.hpp"
#include "gateway/greeting/rtmp_greeter.hpp"
#include "gateway/hub/cached_leg.hpp"
#include "gateway/loops/gateway.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;

namespace {

protocol::Refusal reason_of(const BackendConnector& connector) {
  switch (connector.fault()) {
  case BackendFault::gateways: return protocol::Refusal::gateway_full;
  case BackendFault::nobodys: return protocol::Refusal::backend_not_tried;
  case BackendFault::none:
  case BackendFault::backends: break;
  }
  return connector.timed_out() ? protocol::Refusal::backend_timeout : protocol::Refusal::backend_unreachable;
}

Stream::MakeLeg leg_to(Loop& loop, const protocol::Admission& admission, BackendConnector& connector) {
  CachedLeg::MakeLeg make_leg = [&](BackendOwner& owner) {
    return leg_on(loop.services(), connector, admission, owner);
  };
  if (!admission.cached) return make_leg;
  return [&, make_leg](BackendOwner& owner) -> std::unique_ptr<BackendLeg> {
    return std::make_unique<CachedLeg>(loop.hub_loop(), owner, cached_terms(loop, admission), make_leg);
  };
}

asio::awaitable<void> open(Loop& loop, std::shared_ptr<BackendConnector> connector, protocol::Admission admission,
                           SessionPlaces places, std::shared_ptr<Opening> opening, AdmissionDone done) {
  std::string failure;
  if (!opening->given_up()) failure = co_await connector->connect();
  if (opening->given_up()) {
    loop.log().debug("RTMPT370: {} of {}: httpd waits for it no longer", admission.backend_name,
                     admission.vhost_key.text());
    co_return;
  }
  if (!failure.empty()) {
    loop.log().debug("RTMPT306: {} of {}: {}", admission.backend_name, admission.vhost_key.text(), failure);
    const protocol::Refused outcome{reason_of(*connector), std::move(failure)};
    if (connector->fault() == BackendFault::backends) {
      loop.counts().note_failure(admission.backend, std::chrono::steady_clock::now());
    }
    loop.session_refused(admission.server_name, protocol::to_string(outcome.reason));
    done(outcome);
    co_return;
  }
  loop.counts().note_success(admission.backend);
  const Stream::MakeLeg make_leg = leg_to(loop, admission, *connector);
  start_session(loop, admission, std::move(places), make_leg, done);
}

// Wraps `done` for a session that opens on another loop: `done` is called on the asker's loop. It must own nothing that
// belongs to that loop, because an attempt that is given up destroys it here.
AdmissionDone answer_at(Loop& asker, AdmissionDone done) {
  return [&asker, held = std::make_shared<AdmissionDone>(std::move(done))](const protocol::GatewayMessage& outcome) {
    if (!*held) return;
    asio::post(asker.io(), [done = std::exchange(*held, nullptr), outcome] { done(outcome); });
  };
}

void open_at(Loop& home, protocol::Admission admission, SessionPlaces places, const std::shared_ptr<Opening>& opening,
             const AdmissionDone& done) {
  // The connector is made here because it counts its descriptor at once. So when many opens come together, the last of
  // them see the descriptors of the first.
  auto connector = std::make_shared<BackendConnector>(home.services(), home.names(), home.tls(), admission);
  opening->connects_with(connector);
  asio::co_spawn(home.io(), open(home, std::move(connector), std::move(admission), std::move(places), opening, done),
                 [&home, done](const std::exception_ptr& failure) {
                   if (failure) report_failure(home, done, failure);
                 });
}

} // namespace

void Opening::give_up() {
  given_up_ = true;
  asio::post(home_.io(), [self = shared_from_this()] {
    if (const auto connector = self->connector_.lock()) connector->give_up();
  });
}

void end_unclaimed(Loop& loop, const protocol::Admitted& admitted, protocol::VhostKey vhost) {
  Loop* const home = loop.gateway().home_of(admitted.session_id.secret());
  if (!home) return;
  asio::post(home->io(), [home, id = admitted.session_id, vhost = std::move(vhost)] {
    if (const auto session = home->sessions().find(id.secret(), vhost)) session->end_because(SessionEnd::unclaimed);
  });
}

std::shared_ptr<Opening> open_session(Loop& loop, protocol::Admission admission, std::optional<BackendPlace> place,
                                      const AdmissionDone& done) {
  using protocol::Refusal;
  using protocol::Refused;
  const auto refuse = [&](Refused refused) -> std::shared_ptr<Opening> {
    loop.session_refused(admission.server_name, protocol::to_string(refused.reason));
    done(std::move(refused));
    return nullptr;
  };
  if (loop.is_retiring()) return refuse(retiring());
  const bool speaks_rtmp = admission.ticket != 0;
  if (speaks_rtmp && !loop.greeters().find(admission.ticket)) return refuse(client_gone());
  if (auto banned = refused_by_ban(loop, admission)) return refuse(*std::move(banned));
  // One descriptor for the backend, one for the client.
  if (!loop.descriptors().has_room_for(2)) {
    loop.log_full(admission.vhost_key);
    return refuse({Refusal::gateway_full, "too many descriptors in use"});
  }
  auto admitted = loop.counts().admit(admission, std::move(place));
  if (auto* const refused = std::get_if<Refused>(&admitted)) return refuse(std::move(*refused));
  auto& places = std::get<SessionPlaces>(admitted);
  Loop& home = speaks_rtmp ? loop : loop.gateway().home_for(places);
  auto opening = std::make_shared<Opening>(home);
  const AdmissionDone answer = &home == &loop ? done : answer_at(loop, done);
  if (admission.backend.kind == protocol::BackendKind::hub)
    start_hub_session(home, std::move(admission), std::move(places), opening, answer);
  else
    open_at(home, std::move(admission), std::move(places), opening, answer);
  return opening;
}

} // namespace rtmpt_proxy::gateway
