// SPDX-License-Identifier: Apache-2.0
#include "gateway/loops/loop.hpp"

#include "gateway/clients/connection_intake.hpp"
#include "gateway/greeting/rtmp_greeter.hpp"
#include "gateway/greeting/rtmp_intake.hpp"
#include "gateway/loops/gateway.hpp"
#include "gateway/relay/relay.hpp"
#include "gateway/sessions/stream.hpp"
#include "local/patience.hpp"

#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>

#include <boost/asio/post.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace rtmpt_proxy::gateway {

Loop::Loop(Gateway& gateway, SharedState& shared, std::uint32_t index)
    : gateway_(gateway),
      shared_(shared),
      index_(index),
      sampler_(
          io_, sessions_, rounds_, [this] { return !is_empty(); },
          [this](bool full) { shared_.counts.set_loop_full(index_, full); }),
      last_words_time_(local::patience::kLastBytes) {}

// Streams outlive the other members where a handler that waits in io_ keeps them.
Loop::~Loop() {
  hub_loop_->close();
}

void Loop::log_full(const protocol::VhostKey& vhost) {
  if (const auto left_out = shared_.full_lines.admit(std::chrono::steady_clock::now()))
    log().error("RTMPT307: no session for {}: {} descriptors in use, near the limit{}", vhost.text(),
                descriptors().used(), policy::words_for_left_out(*left_out));
}

void Loop::retire() {
  retiring_ = true;
  finish_if_empty();
}

void Loop::stop_gracefully() {
  last_words_time_ = is_empty() ? std::chrono::milliseconds{0} : local::patience::kLastBytesAtStop;
  retire();
}

void Loop::end_sessions() {
  std::vector<std::shared_ptr<Stream>> left; // ending a session changes the table
  sessions_.for_each([&](Stream& session) { left.push_back(session.shared_from_this()); });
  for (const auto& session : left)
    session->end_because(SessionEnd::shutdown);
  tls_clients_.end();
}

void Loop::session_began(const Stream& session) {
  traffic_.session_opened(session.report(std::chrono::steady_clock::now()).record);
  sampler_.wake();
}

void Loop::session_ended(const policy::SessionLogRecord& record) {
  traffic_.session_ended(record);
  finish_if_empty();
}

void Loop::session_refused(const std::string& server_name, std::string_view reason) {
  traffic_.session_refused(server_name, reason);
}

std::shared_ptr<Stream> Loop::find(std::string_view id, const protocol::VhostKey& vhost) const {
  return sessions_.find(id, vhost);
}

bool Loop::is_another_gateways(std::string_view id) const {
  return !gateway_.gave(id);
}

bool Loop::lives_elsewhere(std::string_view id) const {
  const Loop* const home = gateway_.home_of(id);
  return home != nullptr && home != this;
}

void Loop::move_home(DetachedClient client, protocol::HandOver terms, std::string residue, int refusals) {
  Loop& home = *gateway_.home_of(terms.request.session_id.secret());
  boost::asio::post(home.io(), [&home, client = std::move(client), terms = std::move(terms),
                                residue = std::move(residue), refusals]() mutable {
    serve_connection(home.client_home(), std::move(client), std::move(terms), std::move(residue), refusals);
  });
}

void Loop::greet_at_chosen_loop(DetachedClient client, protocol::HandOverRtmp terms, std::string residue) {
  LoopChoice choice = gateway_.choose_loop();
  Loop& home = gateway_.at(choice.index);
  boost::asio::post(home.io(), [&home, client = std::move(client), terms = std::move(terms),
                                place = std::move(choice.place), residue = std::move(residue)]() mutable {
    greet_client(home.greeting_home(), std::move(client), std::move(terms), std::move(place), residue);
  });
}

std::uint64_t Loop::next_ticket() {
  return protocol::ask_ticket(index_, ++greeters_.last_ticket_number);
}

std::chrono::milliseconds Loop::begin_refusal(const std::string& address) {
  return shared_.greeting_places.begin_refusal(address, std::chrono::steady_clock::now());
}

void Loop::end_refusal(const std::string& address) {
  shared_.greeting_places.end_refusal(address);
}

std::string Loop::new_challenge(const policy::LoginSubject& subject) {
  return shared_.logins.new_challenge(subject);
}

policy::ChallengeVerdict Loop::use_challenge(const std::string& challenge, const policy::LoginSubject& subject) {
  return shared_.logins.use_challenge(challenge, subject);
}

void Loop::ask(const std::string& address, std::string text, std::function<bool()> is_wanted,
               std::function<void(const protocol::AskAnswer& answer)> done) {
  asks_.ask(address, std::move(text), std::move(is_wanted), std::move(done));
}

void Loop::tell(const protocol::SessionName& session, const protocol::VhostKey& vhost, std::string text) {
  notices_.tell(session, vhost, std::move(text));
}

void Loop::finish_if_empty() {
  if (!retiring_ || finished_ || !is_empty()) return;
  last_words_.expires_after(last_words_time_);
  last_words_.async_wait([this](const boost::system::error_code& error) {
    if (!error) on_last_words();
  });
}

void Loop::on_last_words() {
  if (finished_ || !is_empty()) return;
  finished_ = true;
  gateway_.note_finished();
}

} // namespace rtmpt_proxy::gateway
