// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/hub_leg.hpp"

#include "gateway/base/keyed_digest.hpp"
#include "gateway/base/random_bytes.hpp"

#include <rtmpt_proxy/policy/routing/hub_target.hpp>
#include <rtmpt_proxy/protocol/rtmp/message_writer.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

using protocol::ServerProgress;
using std::chrono::steady_clock;

namespace {

std::string words_for(std::chrono::milliseconds time) {
  return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + " s" : std::to_string(time.count()) + " ms";
}

} // namespace

HubLeg::HubLeg(std::shared_ptr<HubLoop> hub, BackendOwner& owner, HubTerms terms)
    : HubLeg(std::move(hub), owner, std::move(terms),
             protocol::RtmpServer(random_text(protocol::kHandshakeRandomBytes), keyed_digest), {}) {
  arm();
}

// The other server may have announced another chunk size.
HubLeg::HubLeg(std::shared_ptr<HubLoop> hub, BackendOwner& owner, HubTerms terms, protocol::RtmpServer server)
    : HubLeg(std::move(hub), owner, std::move(terms), std::move(server), protocol::set_chunk_size_message()) {
  server_.take_output();
  play();
  answers_ += server_.take_output();
  arm();
}

HubLeg::HubLeg(std::shared_ptr<HubLoop> hub, BackendOwner& owner, HubTerms terms, protocol::RtmpServer server,
               std::string answers)
    : hub_(std::move(hub)),
      owner_(owner),
      terms_(std::move(terms)),
      server_(std::move(server)),
      answers_(std::move(answers)),
      progress_(steady_clock::now()) {
  hub_->services().timer.enter(*this);
}

HubLeg::~HubLeg() {
  close();
}

void HubLeg::close() {
  if (!std::exchange(is_open_, false)) return;
  publication_.reset();
  hub_->leave(*this);
  if (!hub_->is_closed()) hub_->services().timer.leave(*this);
}

// A publisher's bytes go on to viewers at once, and what nobody wants is dropped. Only what is too much for one turn is
// not taken.
std::size_t HubLeg::write(const Pieces& bytes) {
  std::size_t taken = 0;
  for (const std::string_view piece : bytes) {
    const std::size_t some = take(piece);
    taken += some;
    if (some < piece.size()) break;
  }
  return taken;
}

// Returns how many bytes were taken.
std::size_t HubLeg::take(std::string_view bytes) {
  if (!is_open_ || is_ending_) return bytes.size();
  if (bytes.empty() && !has_parts_) return 0;
  std::size_t taken = 0;
  for (bool goes_on = true; goes_on && !is_ending_ && may_work_on();) {
    const auto [progress, consumed_bytes] = server_.feed(bytes.substr(taken, kTurnBytes - turn_bytes_));
    taken += consumed_bytes;
    turn_bytes_ += consumed_bytes;
    ++turn_messages_;
    if (publication_) hear(consumed_bytes);
    goes_on = has_parts_ = progress != ServerProgress::need_more && progress != ServerProgress::failed;
    take_progress(progress);
  }
  answers_ += server_.take_output();
  if (!is_ending_ && answers_.size() > kMostAnswerBytes + rest_bytes_)
    end_because("the client does not take the answers to its commands");
  arm();
  if (!may_work_on()) tell_soon();
  return is_ending_ ? bytes.size() : taken;
}

void HubLeg::take_turn() {
  turn_messages_ = 0;
  turn_bytes_ = 0;
  const bool had_parts = has_parts_;
  take({});
  // It takes everything in the end: what still waits waited for its turn, or for a word only.
  const bool client_waits = std::exchange(client_waits_, false);
  if (client_waits && is_open_) owner_.backend_writable();
  if (had_parts || client_waits) owner_.settled();
}

void HubLeg::take_progress(ServerProgress progress) {
  switch (progress) {
  case ServerProgress::need_more: return;
  case ServerProgress::publish: return publish();
  case ServerProgress::play: return play();
  case ServerProgress::media: return take_media();
  case ServerProgress::stop: return stop();
  case ServerProgress::failed: return end_because("the client's RTMP: " + std::string(server_.error_words()));
  }
}

// A large picture may be on its way for long; pings and acknowledgements are no stream.
void HubLeg::hear(std::size_t bytes) {
  heard_bytes_ += bytes;
  if (heard_bytes_ >= kHeardBytes) note_heard();
}

void HubLeg::note_heard() {
  heard_bytes_ = 0;
  progress_ = steady_clock::now();
}

void HubLeg::take_media() {
  if (!publication_) return;
  note_heard();
  if (!publication_->take(server_.message())) replaced();
}

std::string HubLeg::path() const {
  const protocol::StreamWanted& wanted = server_.request();
  const std::string_view path = wanted.path;
  if (terms_.pull) return wanted.path; // the media server may read another name in it
  return policy::hub_path(path.substr(0, wanted.app_bytes),
                          path.substr(wanted.app_bytes > 0 ? wanted.app_bytes + 1 : 0));
}

bool HubLeg::may_start() {
  if (starts_.admit(steady_clock::now())) return true;
  server_.refuse(protocol::StreamRefused::too_often);
  end_because("the client began more than " + std::to_string(policy::StartPace::kMostStarts) + " streams in " +
              words_for(policy::StartPace::kWithin));
  return false;
}

void HubLeg::publish() {
  if (!may_start()) return;
  if (terms_.pull) {
    server_.refuse(protocol::StreamRefused::unavailable);
    return end_because("a client that has played wants to publish to a media server on the same connection");
  }
  PublicationStart start = hub_->publish(terms_, path(), *this);
  if (!start.stream) {
    server_.refuse(protocol::StreamRefused::name_in_use);
    return end_because("another client publishes the stream");
  }
  publication_ = std::make_unique<Publication>(hub_, std::move(start));
  progress_ = steady_clock::now();
  server_.start_publishing();
}

void HubLeg::play() {
  if (!may_start()) return;
  server_.start_playing();
  queue_.emplace(ViewerForm::rtmp);
  const StreamView view = hub_->join(terms_.hub, path(), *this);
  queue_->begin(view.kept);
  progress_ = steady_clock::now();
  had_publisher_ = view.is_published;
  source_is_lost_ = false;
  publisher_by_ = TimePoint::max();
  if (!view.is_published) wait_for_publisher(terms_.first_wait);
  owner_.backend_gathers();
  if (!terms_.pull || terms_.pull(hub_, server_.request())) return;
  server_.refuse(protocol::StreamRefused::unavailable);
  end_because("as many streams are fetched from media servers as may be, in all or for this client");
}

void HubLeg::stop() {
  publication_.reset();
  stop_playing();
  progress_ = steady_clock::now();
}

// The rest of a segment that has begun still goes to the client.
void HubLeg::stop_playing() {
  if (!queue_) return;
  hub_->leave(*this);
  if (queue_->is_within_segment()) {
    const auto [first, second] = queue_->parts();
    answers_.insert(0, std::string(first).append(second));
    rest_bytes_ = first.size() + second.size();
  }
  queue_.reset();
  publisher_by_ = TimePoint::max();
}

void HubLeg::take_segment(const protocol::SharedSegment& segment) {
  had_publisher_ = true;
  source_is_lost_ = false;
  publisher_by_ = TimePoint::max();
  if (next_piece().empty()) progress_ = steady_clock::now();
  queue_->offer(segment);
  arm();
  if (!is_readable_ && may_give()) tell_readable();
}

void HubLeg::publisher_left(std::chrono::milliseconds wait) {
  wait_for_publisher(wait);
}

void HubLeg::source_failed(SourceFault fault) {
  source_is_lost_ = fault == SourceFault::unreachable;
  if (source_is_lost_ || is_ending_) return;
  server_.refuse(protocol::StreamRefused::nothing_published);
  end_because({}); // nobody's fault
}

void HubLeg::wait_for_publisher(std::chrono::milliseconds within) {
  publisher_by_ = steady_clock::now() + within;
  arm();
}

void HubLeg::replaced() {
  server_.refuse(protocol::StreamRefused::name_in_use);
  end_because("another client has taken over the stream");
}

// Answers go between whole segments.
std::string_view HubLeg::next_piece() const {
  const bool is_within_segment = queue_ && queue_->is_within_segment();
  if (!is_within_segment && !answers_.empty()) return std::string_view(answers_).substr(answers_given_);
  return queue_ ? queue_->parts()[0] : std::string_view();
}

std::size_t HubLeg::waiting_bytes() const {
  return answers_.size() - answers_given_ + (queue_ ? queue_->waiting_bytes() : 0);
}

// What the client leg takes now, and is to have.
std::size_t HubLeg::room_ahead_bytes() const {
  const std::size_t most = queue_ ? std::max(kLeastAheadBytes, queue_->limit_bytes() / kAheadShare) : kLeastAheadBytes;
  const std::size_t ahead = most_room_bytes_ - room_bytes_;
  return ahead >= most ? 0 : std::min(room_bytes_, most - ahead);
}

std::size_t HubLeg::readable_bytes() const {
  return is_readable_ ? waiting_bytes() : 0;
}

void HubLeg::read() {
  is_readable_ = false;
  while (may_give()) {
    const std::string_view piece = next_piece().substr(0, room_ahead_bytes());
    room_bytes_ -= piece.size();
    owner_.backend_bytes(piece);
    gave(piece.size());
  }
  if (is_open_ && has_ended()) end_now();
}

void HubLeg::look() {
  read();
}

void HubLeg::gave(std::size_t bytes) {
  progress_ = steady_clock::now();
  if (queue_ && (queue_->is_within_segment() || answers_.empty())) return queue_->advance(bytes);
  answers_given_ += bytes;
  if (answers_given_ < answers_.size()) return;
  answers_.clear();
  answers_given_ = 0;
  rest_bytes_ = 0;
}

void HubLeg::follow(std::size_t room_bytes, std::size_t waiting_bytes) {
  room_bytes_ = room_bytes;
  most_room_bytes_ = std::max(most_room_bytes_, room_bytes);
  client_waits_ = waiting_bytes > 0;
  if (is_finishing_ && !client_waits_ && !has_parts_) return close();
  if (client_waits_ || (!is_readable_ && (may_give() || has_ended()))) tell_soon();
}

void HubLeg::tell_readable() {
  is_readable_ = true;
  owner_.backend_readable();
  owner_.settled();
}

// Posted, because the owner must not be called from within write() or follow().
void HubLeg::tell_soon() {
  if (std::exchange(is_telling_soon_, true)) return;
  boost::asio::post(hub_->services().io, [this, kept = owner_.keep()] {
    is_telling_soon_ = false;
    if (!is_open_) return;
    take_turn();
    if (!is_open_) return;
    if (has_ended()) return end_now();
    if (!is_readable_ && may_give()) tell_readable();
  });
}

TimePoint HubLeg::deadline() const {
  if (is_ending_) return progress_ + terms_.stall;
  if (publication_) return progress_ + terms_.silence;
  if (!queue_) return progress_ + kIdle;
  const TimePoint stalled = next_piece().empty() ? TimePoint::max() : progress_ + terms_.stall;
  return std::min(stalled, publisher_by_);
}

void HubLeg::arm() {
  if (is_open_) hub_->services().timer.call_by(*this, deadline());
}

void HubLeg::on_deadline() {
  const auto now = steady_clock::now();
  if (now < deadline()) return arm();
  if (is_ending_) return end_now();
  if (publication_) return end_because("the publisher sent nothing of its stream for " + words_for(terms_.silence));
  if (!queue_) return end_because("the client neither published nor played");
  if (now < publisher_by_) {
    end_reason_ = "the viewer took nothing for " + words_for(terms_.stall);
    return end_now();
  }
  if (had_publisher_)
    server_.end_playing();
  else
    server_.refuse(source_is_lost_ ? protocol::StreamRefused::unreachable : protocol::StreamRefused::nothing_published);
  end_because({}); // nobody's fault
}

// What waits for the client goes to it, and then the leg closes itself.
void HubLeg::end_because(std::string reason) {
  publication_.reset();
  stop_playing();
  is_ending_ = true;
  end_reason_ = std::move(reason);
  progress_ = steady_clock::now();
  answers_ += server_.take_output();
  arm();
  tell_soon();
}

void HubLeg::end_now() {
  close();
  owner_.backend_closed(end_reason_);
}

} // namespace rtmpt_proxy::gateway
