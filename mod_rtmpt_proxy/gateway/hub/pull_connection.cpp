// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/pull_connection.hpp"

#include "gateway/backends/connected_leg.hpp"
#include "gateway/base/random_bytes.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <utility>

namespace rtmpt_proxy::gateway {

using protocol::PlayerProgress;

PullConnection::PullConnection(LoopServices& loop, NameResolver& names, TlsContexts& tls, PullTarget target,
                               PullEvents& events)
    : loop_(loop),
      target_(std::move(target)),
      events_(&events),
      connector_(std::make_shared<BackendConnector>(loop, names, tls, target_.admission)) {}

void PullConnection::start() {
  boost::asio::co_spawn(loop_.io, run(), [self = shared_from_this()](const std::exception_ptr& failure) {
    if (failure) self->lose("no memory, or no descriptor");
  });
}

boost::asio::awaitable<void> PullConnection::run() {
  const auto self = shared_from_this();
  const std::string failure = co_await connector_->connect();
  if (!events_) co_return;
  if (failure.empty())
    begin();
  else
    lose(failure);
}

void PullConnection::begin() {
  leg_ = leg_on(loop_, *connector_, target_.admission, *this);
  player_.emplace(random_text(protocol::kHandshakeRandomBytes),
                  protocol::PlayTarget{target_.app, tc_url_of(target_), target_.stream_name});
  write();
  settled();
}

void PullConnection::close() {
  end();
  if (leg_ && leg_->is_open()) leave();
  if (!leg_ && connector_) connector_->give_up();
}

void PullConnection::drop() {
  end();
  if (leg_ && leg_->is_open()) leg_->close();
  if (!leg_ && connector_) connector_->give_up();
}

// The leg may be within a call, so it goes on later.
void PullConnection::leave() {
  leg_->leave();
  if (!leg_->is_open()) return;
  try {
    boost::asio::post(loop_.io, [self = shared_from_this()] { self->settled(); });
  } catch (const std::exception&) { // no memory
    leg_->close();
  }
}

PullEvents* PullConnection::end() {
  return std::exchange(events_, nullptr);
}

void PullConnection::lose(const std::string& reason) {
  PullEvents* const events = end();
  close();
  if (events) events->pull_lost(reason);
}

void PullConnection::backend_readable() {
  if (events_) leg_->read();
}

void PullConnection::backend_bytes(std::string_view bytes) {
  while (events_) {
    const auto [progress, consumed_bytes] = player_->feed(bytes);
    bytes.remove_prefix(consumed_bytes);
    if (player_->has_asked() && !std::exchange(is_reached_, true)) events_->pull_reached();
    take(progress);
    if (progress == PlayerProgress::need_more || progress == PlayerProgress::failed) break;
  }
  if (events_) write();
}

void PullConnection::take(PlayerProgress progress) {
  switch (progress) {
  case PlayerProgress::need_more: return;
  case PlayerProgress::started: return events_->pull_started();
  case PlayerProgress::media: return events_->pull_media(player_->message());
  case PlayerProgress::stopped: return events_->pull_stopped();
  case PlayerProgress::failed: return lose("its RTMP: " + std::string(player_->error_words()));
  case PlayerProgress::missing:
  case PlayerProgress::refused: break;
  }
  PullEvents* const events = end();
  close();
  progress == PlayerProgress::missing ? events->pull_missing() : events->pull_refused(player_->refusal());
}

void PullConnection::write() {
  if (!events_ || !leg_) return;
  unsent_ += player_->take_output();
  if (!unsent_.empty()) unsent_.erase(0, leg_->write({unsent_, {}}));
  if (unsent_.size() > kMostUnsentBytes) lose("it does not take what it is told");
}

void PullConnection::backend_closed(std::string_view reason) {
  if (!reason.empty()) return lose(std::string(reason));
  if (PullEvents* const events = end()) events->pull_ended();
}

void PullConnection::settled() {
  if (leg_ && leg_->is_open()) leg_->follow(loop_.backend_scratch.size(), events_ ? unsent_.size() : 0);
}

} // namespace rtmpt_proxy::gateway
