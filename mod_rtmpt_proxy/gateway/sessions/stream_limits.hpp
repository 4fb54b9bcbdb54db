// SPDX-License-Identifier: Apache-2.0
// What one session takes of the limits per stream: a place among a stream's viewers, or the place of its publisher.
#pragma once

#include "gateway/base/time_point.hpp"
#include "gateway/facts/ban_book.hpp"
#include "gateway/facts/stream_register.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/protocol/rtmp/stream_gate.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rtmpt_proxy::gateway {

// Shared by all loops.
struct LimitHome {
  StreamRegister& streams;
  BanBook& bans;
};

enum class LimitVerdict : std::uint8_t {
  allowed,
  waits, // for the end of a session that it takes the stream over from
  too_many_viewers,
  in_use, // another client publishes the stream
  banned, // the client's address, or the stream for publishers
};

// Owned by its stream's authorizer, and used on its loop. For one question at a time.
class StreamLimits {
 public:
  // So many places may a session have at a time: more than it can publish and play at a time, for it may play one
  // stream after the other on one message stream.
  static constexpr std::size_t kMostPlaces = 64;

  // How the register reaches the session: see StreamRegister::Publisher. When the session hears of a take-over it may
  // have given the stream up: has_place_of_publisher() says so.
  struct Tell {
    std::function<void(const protocol::SessionName& other, const StreamKey& stream)> on_take_over;
    std::function<void()> on_place;
  };

  StreamLimits(LimitHome home, const protocol::Admission& admission, protocol::SessionName session, Tell tell);
  ~StreamLimits();
  StreamLimits(const StreamLimits&) = delete;
  StreamLimits& operator=(const StreamLimits&) = delete;

  // httpd has taken the client for that user; empty: for nobody, and what was known before stays.
  void known_as(const std::string& user) {
    if (!user.empty()) who_.user = user;
  }

  // Takes the place that the publish or play of `path` on that message stream needs. It is given up at the next
  // question unless keep_place() follows.
  LimitVerdict take_place(protocol::GatedKind kind, std::uint32_t message_stream, const std::string& path,
                          TimePoint now);
  // The client may go on: it has the place until its message stream ends.
  void keep_place();

  // Whether the session publishes that stream, or waits to.
  bool has_place_of_publisher(const StreamKey& stream) const;

  // These message streams end, each at a position of the client's bytes. Another publish or play on one ends none: some
  // media servers ignore it and go on with the first.
  void follow(const std::vector<protocol::StreamEnding>& endings);
  // The media server has so many of the client's bytes: places whose message stream has ended there are given up.
  void sent(std::uint64_t position);
  // Gives up all places: the session has ended, and the media server knows.
  void end();

 private:
  struct Place {
    std::uint32_t message_stream = 0;
    StreamKey stream;
    std::optional<StreamRegister::ViewerPlace> viewer; // none: of the publisher
    std::optional<std::uint64_t> ends_at;              // position of the client's bytes
  };

  bool take_own(const StreamKey& stream, std::uint32_t message_stream, bool is_publish);
  LimitVerdict take_publisher(const StreamKey& stream, std::uint32_t message_stream);
  LimitVerdict take_viewer(const StreamKey& stream, std::uint32_t message_stream);
  void give_up(const Place& place, StreamRegister::Telling telling);

  const LimitHome home_;
  const protocol::VhostKey vhost_;
  const protocol::SessionName session_;
  policy::PublisherIdentity who_;
  const std::uint32_t max_viewers_;
  const bool one_publisher_;
  const Tell tell_;
  std::optional<Place> next_; // of the question
  std::vector<Place> places_; // at most kMostPlaces
};

} // namespace rtmpt_proxy::gateway
