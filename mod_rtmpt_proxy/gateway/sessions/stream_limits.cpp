// SPDX-License-Identifier: Apache-2.0
#include "gateway/sessions/stream_limits.hpp"

#include "gateway/facts/session_counts.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

using protocol::GatedKind;
using protocol::StreamEnding;
using Telling = StreamRegister::Telling;

StreamLimits::StreamLimits(LimitHome home, const protocol::Admission& admission, protocol::SessionName session,
                           Tell tell)
    : home_(home),
      vhost_(admission.vhost_key),
      session_(std::move(session)),
      who_{admission.user, counted_as(admission.client_address)},
      max_viewers_(admission.terms.max_viewers),
      one_publisher_(admission.terms.one_publisher),
      tell_(std::move(tell)) {}

// The loop may be about to end, with the others behind it.
StreamLimits::~StreamLimits() {
  if (next_) give_up(*next_, Telling::nobody);
  for (const Place& place : places_)
    give_up(place, Telling::nobody);
}

void StreamLimits::give_up(const Place& place, Telling telling) {
  if (!place.viewer) home_.streams.leave(place.stream, session_, telling);
}

LimitVerdict StreamLimits::take_place(GatedKind kind, std::uint32_t message_stream, const std::string& path,
                                      TimePoint now) {
  if (const auto last = std::exchange(next_, std::nullopt)) give_up(*last, Telling::whoever_waits);
  const bool is_publish = kind == GatedKind::publish;
  if (home_.bans.refuses_client(vhost_.text(), who_.address, now) ||
      (is_publish && home_.bans.refuses_stream(vhost_.text(), path, now)))
    return LimitVerdict::banned;
  if (is_publish ? !one_publisher_ : max_viewers_ == 0) return LimitVerdict::allowed;
  const StreamKey stream{vhost_, path};
  if (take_own(stream, message_stream, is_publish)) return LimitVerdict::allowed;
  return is_publish ? take_publisher(stream, message_stream) : take_viewer(stream, message_stream);
}

// The session may have the place: of the same use, said again, or of one whose end the media server sees before it sees
// this one.
bool StreamLimits::take_own(const StreamKey& stream, std::uint32_t message_stream, bool is_publish) {
  const auto own = std::find_if(places_.begin(), places_.end(), [&](const Place& place) {
    return place.stream == stream && !place.viewer == is_publish &&
           (place.ends_at || place.message_stream == message_stream);
  });
  if (own == places_.end()) return false;
  next_ = std::move(*own);
  places_.erase(own);
  next_->message_stream = message_stream;
  next_->ends_at.reset();
  return true;
}

LimitVerdict StreamLimits::take_publisher(const StreamKey& stream, std::uint32_t message_stream) {
  if (places_.size() >= kMostPlaces) return LimitVerdict::in_use;
  const auto on_take_over = [tell = tell_.on_take_over, stream](const protocol::SessionName& other) {
    tell(other, stream);
  };
  const PublisherClaim claim = home_.streams.claim(stream, {session_, who_, on_take_over, tell_.on_place});
  if (claim == PublisherClaim::refused) return LimitVerdict::in_use;
  next_ = {message_stream, stream, std::nullopt, std::nullopt};
  return claim == PublisherClaim::waits ? LimitVerdict::waits : LimitVerdict::allowed;
}

LimitVerdict StreamLimits::take_viewer(const StreamKey& stream, std::uint32_t message_stream) {
  if (places_.size() >= kMostPlaces) return LimitVerdict::too_many_viewers;
  auto viewer = home_.streams.enter_viewer(stream, max_viewers_);
  if (!viewer) return LimitVerdict::too_many_viewers;
  next_ = {message_stream, stream, std::move(viewer), std::nullopt};
  return LimitVerdict::allowed;
}

void StreamLimits::keep_place() {
  if (next_) places_.push_back(*std::exchange(next_, std::nullopt));
}

bool StreamLimits::has_place_of_publisher(const StreamKey& stream) const {
  const auto publishes = [&stream](const Place& place) { return !place.viewer && place.stream == stream; };
  return (next_ && publishes(*next_)) || std::any_of(places_.begin(), places_.end(), publishes);
}

void StreamLimits::follow(const std::vector<StreamEnding>& endings) {
  for (const StreamEnding& ending : endings)
    for (Place& place : places_)
      if (place.message_stream == ending.message_stream && !place.ends_at) place.ends_at = ending.position;
}

void StreamLimits::sent(std::uint64_t position) {
  std::erase_if(places_, [&](const Place& place) {
    const bool has_ended = place.ends_at && position >= *place.ends_at;
    if (has_ended) give_up(place, Telling::whoever_waits);
    return has_ended;
  });
}

void StreamLimits::end() {
  keep_place();
  for (const Place& place : std::exchange(places_, {}))
    give_up(place, Telling::whoever_waits);
}

} // namespace rtmpt_proxy::gateway
