#include "gateway/loops/loop.hpp"

#include "gateway/clients/connection_intake.hpp"
#include "gateway/loops/gateway.hpp"
#include "gateway/sessions/stream.hpp"
#include "local/patience.hpp"

#include <boost/asio/post.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace rtmpt_proxy::gateway {

Loop::Loop(Gateway& gateway, SharedState& shared, std::uint32_t index)
    : gateway_(gateway),
      shared_(shared),
      index_(index),
      sampler_(io_, sessions_, rounds_, [this](bool full) { shared_.counts.set_loop_full(index_, full); }),
      last_words_time_(local::patience::kLastBytes) {}

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
  last_words_time_ = sessions_.size() == 0 ? std::chrono::milliseconds{0} : local::patience::kLastBytesAtStop;
  retire();
}

void Loop::end_sessions() {
  std::vector<std::shared_ptr<Stream>> left; // ending a session changes the table
  sessions_.for_each([&](Stream& session) { left.push_back(session.shared_from_this()); });
  for (const auto& session : left)
    session->end_because(SessionEnd::shutdown);
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

void Loop::move_home(local::Descriptor client, protocol::HandOver terms, std::string residue, int refusals) {
  Loop& home = *gateway_.home_of(terms.request.session_id.secret());
  boost::asio::post(home.io(), [&home, client = std::move(client), terms = std::move(terms),
                                residue = std::move(residue), refusals]() mutable {
    serve_connection(home.client_home(), std::move(client), std::move(terms), std::move(residue), refusals);
  });
}

void Loop::finish_if_empty() {
  if (!retiring_ || finished_ || sessions_.size() != 0) return;
  last_words_.expires_after(last_words_time_);
  last_words_.async_wait([this](const boost::system::error_code& error) {
    if (!error) on_last_words();
  });
}

void Loop::on_last_words() {
  if (finished_ || sessions_.size() != 0) return;
  finished_ = true;
  gateway_.note_finished();
}

} // namespace rtmpt_proxy::gateway
