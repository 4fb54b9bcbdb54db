// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/cached_leg.hpp"

#include "gateway/base/keyed_digest.hpp"
#include "gateway/base/random_bytes.hpp"

#include <rtmpt_proxy/protocol/media/segment.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

using protocol::ServerProgress;

CachedLeg::CachedLeg(std::shared_ptr<HubLoop> hub, BackendOwner& owner, HubTerms terms, const MakeLeg& make_server)
    : hub_(std::move(hub)),
      owner_(owner),
      terms_(std::move(terms)),
      server_leg_(make_server(*this)),
      client_(std::in_place, random_text(protocol::kHandshakeRandomBytes), keyed_digest) {}

std::size_t CachedLeg::write(const Pieces& bytes) {
  if (shared_) return shared_->write(bytes);
  flush();
  if (stage_ == Stage::passes) return kept_.empty() ? server_leg_->write(bytes) : 0;
  std::size_t taken = 0;
  for (const std::string_view piece : bytes) {
    if (stage_ != Stage::follows) break; // the rest comes again, for the hub or the media server
    taken += take(piece);
  }
  flush();
  if (stage_ == Stage::switches && server_.is_between_messages()) share();
  return taken;
}

// Returns how many bytes were taken. What stands behind a play is not: the hub gets it.
std::size_t CachedLeg::take(std::string_view bytes) {
  bytes = bytes.substr(0, kMostKeptBytes - std::min(kMostKeptBytes, kept_.size()));
  const auto [progress, consumed_bytes] = client_->feed(bytes);
  client_->take_output();
  if (progress == ServerProgress::play && can_share()) {
    kept_ += bytes.substr(0, consumed_bytes);
    sendable_bytes_ = static_cast<std::size_t>(*client_->bytes_before_command() - given_bytes_);
    stage_ = Stage::switches;
    return consumed_bytes;
  }
  kept_ += bytes;
  sendable_bytes_ = static_cast<std::size_t>(client_->whole_bytes() - given_bytes_);
  const bool is_stuck = sendable_bytes_ == 0 && kept_.size() >= kMostKeptBytes;
  if (progress != ServerProgress::need_more || is_stuck) pass();
  return bytes.size();
}

// Segments are written for one message stream, which the server must have given to the client.
bool CachedLeg::can_share() const {
  return client_->bytes_before_command() && client_->request().message_stream == protocol::kViewersMessageStream &&
         server_.has_given_stream() && !server_.has_failed();
}

void CachedLeg::pass() {
  client_.reset();
  sendable_bytes_ = kept_.size();
  stage_ = Stage::passes;
}

void CachedLeg::flush() {
  if (sendable_bytes_ == 0 || !server_leg_->is_open()) return;
  const std::size_t sent = server_leg_->write({std::string_view(kept_).substr(0, sendable_bytes_), {}});
  kept_.erase(0, sent);
  sendable_bytes_ -= sent;
  given_bytes_ += sent;
}

void CachedLeg::share() {
  shared_ = std::make_unique<HubLeg>(hub_, owner_, std::move(terms_), *std::exchange(client_, std::nullopt));
  stage_ = Stage::shares;
  std::string().swap(kept_);
  server_leg_->leave();
}

void CachedLeg::close() {
  if (shared_) shared_->close();
  server_leg_->close();
}

void CachedLeg::follow(std::size_t room_bytes, std::size_t waiting_bytes) {
  if (shared_) {
    if (server_leg_->is_open()) server_leg_->follow(kMostKeptBytes, 0); // until it has left
    return shared_->follow(room_bytes, waiting_bytes);
  }
  if (stage_ == Stage::switches) waiting_bytes = 0; // until there is the hub
  server_leg_->follow(room_bytes, waiting_bytes + sendable_bytes_);
}

void CachedLeg::backend_readable() {
  if (!shared_) owner_.backend_readable();
}

void CachedLeg::backend_bytes(std::string_view bytes) {
  if (shared_) return;
  if (stage_ == Stage::passes) return owner_.backend_bytes(bytes);
  const std::size_t followed = server_.feed(bytes, stage_ == Stage::switches);
  if (followed > 0) owner_.backend_bytes(bytes.substr(0, followed));
  if (shared_ || stage_ != Stage::switches) return;
  if (server_.has_failed()) return pass();
  if (server_.is_between_messages()) share();
}

void CachedLeg::backend_pauses() {
  if (!shared_) owner_.backend_pauses();
}

void CachedLeg::backend_writable() {
  flush();
  if (!shared_) owner_.backend_writable();
}

void CachedLeg::backend_closed(std::string_view reason) {
  if (!shared_) owner_.backend_closed(reason);
}

void CachedLeg::backend_gathers() {
  if (!shared_) owner_.backend_gathers();
}

// The hub must be told what room there is, when it has just come in.
void CachedLeg::settled() {
  owner_.settled();
}

} // namespace rtmpt_proxy::gateway
