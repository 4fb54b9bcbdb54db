#include "gateway/doors/admission.hpp"

#include "gateway/backends/backend_connector.hpp"
#include "gateway/backends/rtmp_backend.hpp"
#include "gateway/backends/rtmpt_backend.hpp"
#include "gateway/loops/gateway.hpp"
#include "gateway/session/session_id.hpp"
#include "gateway/sessions/stream.hpp"

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

protocol::Refused retiring() {
  return {protocol::Refusal::gateway_retiring, "a newer gateway takes new sessions"};
}

Stream::MakeLeg leg_to(Loop& loop, const protocol::Admission& admission, BackendConnector& connector) {
  return [&](BackendOwner& owner) -> std::unique_ptr<BackendLeg> {
    if (admission.backend.kind == protocol::BackendKind::rtmp)
      return std::make_unique<RtmpBackend>(loop.services(), owner, connector.take_socket());
    return std::make_unique<RtmptBackend>(loop.services(), owner, connector.take_socket(),
                                          RtmptTerms{connector.endpoint(), host_header(admission.backend),
                                                     connector.session_id(), admission.connect_timeout,
                                                     admission.terms.session_timeout});
  };
}

// Enters a session into the table. Takes it out again unless the asker has been told of it, because nobody else knows
// it.
class Entrance {
 public:
  Entrance(Loop& loop, const protocol::SessionId& id, const protocol::VhostKey& vhost, std::shared_ptr<Stream> session)
      : session_(std::move(session)) {
    loop.sessions().add(id, vhost, session_);
  }
  ~Entrance() {
    if (session_) session_->abandon();
  }
  Entrance(const Entrance&) = delete;
  Entrance& operator=(const Entrance&) = delete;

  void asker_knows() { session_.reset(); }

 private:
  std::shared_ptr<Stream> session_;
};

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
    if (connector->fault() == BackendFault::backends) loop.counts().note_failure(admission.backend);
    loop.session_refused(admission.server_name, protocol::to_string(outcome.reason));
    done(outcome);
    co_return;
  }
  if (loop.finished()) {
    done(retiring());
    co_return;
  }
  protocol::SessionId id = make_session_id(loop.index(), loop.gateway().tag());
  auto session = std::make_shared<Stream>(loop.session_home(), admission, std::move(places),
                                          leg_to(loop, admission, *connector), id);
  Entrance entrance(loop, id, admission.vhost_key, session);
  session->start();
  done(protocol::Admitted{std::move(id), session->watch().name()});
  entrance.asker_knows();
}

std::string words_for(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception of an unknown kind";
  }
}

// Throws nothing: an exception that leaves a handler would end the loop and all its sessions.
void report_failure(Loop& home, const AdmissionDone& done, const std::exception_ptr& failure) {
  try {
    const std::string words = words_for(failure);
    home.log().error("RTMPT308: opening a session failed: {}", words);
    done(protocol::Refused{protocol::Refusal::gateway_full, words});
  } catch (...) { // the asker gives up at its own deadline
  }
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
  auto connector = std::make_shared<BackendConnector>(home.services(), home.names(), admission);
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
  // One descriptor for the backend, one for the client.
  if (!loop.descriptors().has_room_for(2)) {
    loop.log_full(admission.vhost_key);
    return refuse({Refusal::gateway_full, "too many descriptors in use"});
  }
  auto admitted = loop.counts().admit(admission, std::move(place));
  if (auto* const refused = std::get_if<Refused>(&admitted)) return refuse(std::move(*refused));
  auto& places = std::get<SessionPlaces>(admitted);
  Loop& home = loop.gateway().home_for(places);
  auto opening = std::make_shared<Opening>(home);
  open_at(home, std::move(admission), std::move(places), opening, &home == &loop ? done : answer_at(loop, done));
  return opening;
}

} // namespace rtmpt_proxy::gateway
