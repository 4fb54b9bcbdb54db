// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/pull.hpp"

#include <rtmpt_proxy/policy/logs/log_limiter.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

using std::chrono::steady_clock;

Pull::Pull(std::shared_ptr<HubLoop> hub, Pulls& pulls, PullTarget target)
    : hub_(std::move(hub)), pulls_(pulls), target_(std::move(target)) {}

Pull::~Pull() {
  if (connection_) connection_->drop();
  if (!hub_->is_closed()) hub_->services().timer.leave(*this);
}

void Pull::start() {
  hub_->services().log.debug("RTMPT600: the pull of {} from {} begins", target_.shown_path,
                             target_.admission.backend_name);
  hub_->services().timer.enter(*this);
  connect();
  hub_->services().timer.call_by(*this, steady_clock::now() + kLook);
}

void Pull::connect() {
  set_state(PullState::connecting);
  progress_ = steady_clock::now();
  retry_at_ = TimePoint::max();
  connection_ = std::make_shared<PullConnection>(hub_->services(), pulls_.names(), pulls_.tls(), target_,
                                                 static_cast<PullEvents&>(*this));
  connection_->start();
}

void Pull::set_state(PullState state) {
  if (std::exchange(state_, state) != state) pulls_.set_state(target_.key, state);
}

void Pull::pull_started() {
  if (state_ == PullState::connecting) set_state(PullState::idle);
}

void Pull::pull_media(const protocol::MediaMessage& message) {
  progress_ = steady_clock::now();
  if (!publication_) publish();
  if (publication_ && !publication_->take(message)) publication_.reset();
}

// Its own publisher of an earlier connection gives way, for it has the same address.
void Pull::publish() {
  HubTerms terms;
  terms.hub = target_.key.first;
  terms.client_address = target_.admission.backend_name;
  terms.wait = target_.admission.terms.hub_wait;
  terms.gather = target_.admission.terms.gather;
  terms.gop_cache_bytes = target_.admission.terms.gop_cache_bytes;
  PublicationStart start = hub_->publish(terms, target_.key.second, *this);
  if (!start.stream) return;
  publication_ = std::make_unique<Publication>(hub_, std::move(start));
  retry_ = kFirstRetry;
  set_state(PullState::live);
}

void Pull::unpublish() {
  if (publication_) viewers_wait_until_ = steady_clock::now() + target_.admission.terms.hub_wait;
  publication_.reset();
}

void Pull::pull_stopped() {
  unpublish();
  if (state_ == PullState::live) set_state(PullState::idle);
}

// While viewers wait for a publisher that has left, as for one that reconnects, the server is asked again.
void Pull::pull_missing() {
  unpublish();
  if (steady_clock::now() < viewers_wait_until_) return pull_lost("it has no such stream");
  pulls_.end(target_.key);
  hub_->tell_source_failed(target_.key, SourceFault::missing);
  end();
}

void Pull::pull_refused(const std::string& code) {
  log_failure("it refuses the pull" + (code.empty() ? std::string() : ": " + code));
  pull_missing();
}

// As some media servers do when the stream ends.
void Pull::pull_ended() {
  hub_->services().log.info("RTMPT605: {} has ended the connection of the pull of {} for {}",
                            target_.admission.backend_name, target_.shown_path, target_.admission.server_name);
  try_again();
}

void Pull::pull_lost(const std::string& reason) {
  log_failure(reason + "; tried again after " + std::to_string(retry_.count()) + " ms");
  try_again();
}

void Pull::try_again() {
  connection_.reset();
  pulls_.set_reached(target_.key, false);
  unpublish();
  retry_at_ = steady_clock::now() + retry_;
  retry_ = std::min(retry_ * 2, kLastRetry);
  set_state(PullState::waiting);
  hub_->tell_source_failed(target_.key, SourceFault::unreachable);
}

void Pull::log_failure(const std::string& what) const {
  LoopServices& services = hub_->services();
  if (const auto left_out = services.backend_lines.admit(steady_clock::now()))
    services.log.warn("RTMPT601: the pull of {} from {} for {}: {}{}", target_.shown_path,
                      target_.admission.backend_name, target_.admission.server_name, what,
                      policy::words_for_left_out(*left_out));
}

bool Pull::has_been_left(TimePoint now) {
  const bool is_watched = hub_->streams().viewers_of(target_.key.first, target_.key.second) > 0;
  unwatched_since_ = is_watched ? TimePoint::max() : std::min(unwatched_since_, now);
  return now - kLinger >= unwatched_since_ && pulls_.end_unwatched(target_.key);
}

void Pull::look(TimePoint now) {
  const auto lose = [this](const char* reason) {
    connection_->close();
    pull_lost(reason);
  };
  if (retry_at_ <= now) return connect();
  if (!connection_) return;
  if (state_ == PullState::connecting && now - progress_ > target_.admission.connect_timeout + kStart)
    return lose("it does not begin to play in time");
  if (publication_ && now - progress_ > kSilence) lose("it has sent nothing for 15 s");
}

void Pull::on_deadline() {
  const auto now = steady_clock::now();
  if (has_been_left(now)) return end();
  look(now);
  hub_->services().timer.call_by(*this, now + kLook);
}

// The loop lets go of it when this call, and those around it, have come back.
void Pull::end() {
  if (connection_) std::exchange(connection_, nullptr)->close();
  publication_.reset();
  hub_->services().timer.leave(*this);
  hub_->services().log.debug("RTMPT602: the pull of {} from {} has ended", target_.shown_path,
                             target_.admission.backend_name);
  hub_->end_pull(*this);
}

} // namespace rtmpt_proxy::gateway
