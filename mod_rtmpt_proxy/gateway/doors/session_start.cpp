// SPDX-License-Identifier: Apache-2.0
#include "gateway/doors/session_start.hpp"

#include "gateway/greeting/rtmp_greeter.hpp"
#include "gateway/hub/hub_leg.hpp"
#include "gateway/loops/gateway.hpp"
#include "gateway/session/session_id.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace {

// The stream for a client that opens an RTMPT session, or for the client of RTMP that has the admission's ticket. Null
// when that client has left.
std::shared_ptr<Stream> make_stream(Loop& loop, protocol::Admission& admission, SessionPlaces places,
                                    const Stream::MakeLeg& make_leg, const protocol::SessionId& id) {
  std::optional<GreetedClient> client;
  if (admission.ticket != 0) {
    RtmpGreeter* const greeter = loop.greeters().find(admission.ticket);
    if (!greeter) return nullptr;
    places.loop = greeter->take_loop_place();
    admission.tls_facts = greeter->tls_facts(); // httpd knows those of the ask alone
    client = greeter->take_client(admission.terms);
  }
  return std::make_shared<Stream>(loop.session_home(), admission, std::move(places), make_leg, id, std::move(client));
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

std::string words_for(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception of an unknown kind";
  }
}

Stream::MakeLeg leg_to_hub(Loop& loop, const protocol::Admission& admission) {
  return [&](BackendOwner& owner) -> std::unique_ptr<BackendLeg> {
    HubTerms terms;
    terms.hub = admission.backend.host;
    terms.client_address = admission.client_address;
    terms.user = admission.user;
    terms.hides_name = admission.terms.hide_stream_name;
    terms.wait = admission.terms.hub_wait;
    terms.gop_cache_bytes = admission.terms.gop_cache_bytes;
    terms.gather = admission.terms.gather;
    return std::make_unique<HubLeg>(loop.hub_loop(), owner, std::move(terms));
  };
}

} // namespace

protocol::Refused retiring() {
  return {protocol::Refusal::gateway_retiring, "a newer gateway takes new sessions"};
}

protocol::Refused client_gone() {
  return {protocol::Refusal::client_gone, "the client has left"};
}

std::optional<protocol::Refused> refused_by_ban(Loop& loop, const protocol::Admission& admission) {
  if (!loop.bans().refuses_client(admission.vhost_key.text(), counted_as(admission.client_address),
                                  std::chrono::steady_clock::now()))
    return std::nullopt;
  return protocol::Refused{protocol::Refusal::banned, "an administrator has banned the client"};
}

void start_session(Loop& loop, protocol::Admission admission, SessionPlaces places, const Stream::MakeLeg& make_leg,
                   const AdmissionDone& done) {
  if (loop.finished()) return done(retiring());
  // It may have been given since the session was admitted, and the client's sessions have ended.
  if (auto banned = refused_by_ban(loop, admission)) {
    loop.session_refused(admission.server_name, protocol::to_string(banned->reason));
    return done(*std::move(banned));
  }
  protocol::SessionId id = make_session_id(loop.index(), loop.gateway().tag());
  auto session = make_stream(loop, admission, std::move(places), make_leg, id);
  if (!session) return done(client_gone());
  Entrance entrance(loop, id, admission.vhost_key, session);
  session->start();
  // A client of RTMP has no use for the id, and nobody else may know it.
  if (admission.ticket != 0) id = {};
  done(protocol::Admitted{std::move(id), session->watch().name()});
  entrance.asker_knows();
}

void start_hub_session(Loop& home, protocol::Admission admission, SessionPlaces places,
                       const std::shared_ptr<Opening>& opening, const AdmissionDone& done) {
  boost::asio::post(home.io(),
                    [&home, admission = std::move(admission), places = std::move(places), opening, done]() mutable {
                      if (opening->given_up()) return;
                      try {
                        const Stream::MakeLeg make_leg = leg_to_hub(home, admission);
                        start_session(home, admission, std::move(places), make_leg, done);
                      } catch (...) {
                        report_failure(home, done, std::current_exception());
                      }
                    });
}

void report_failure(Loop& home, const AdmissionDone& done, const std::exception_ptr& failure) {
  try {
    const std::string words = words_for(failure);
    home.log().error("RTMPT308: opening a session failed: {}", words);
    done(protocol::Refused{protocol::Refusal::gateway_full, words});
  } catch (...) { // the asker gives up at its own deadline
  }
}

} // namespace rtmpt_proxy::gateway
