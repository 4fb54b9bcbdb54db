// SPDX-License-Identifier: Apache-2.0
// Facts about one session for logs and status pages: client, backend, kind and name of the stream, bit rates.
#pragma once

#include "gateway/base/time_point.hpp"
#include "gateway/facts/bit_rate_meter.hpp"
#include "gateway/session/session.hpp"
#include "gateway/session/stream_buffer.hpp"

#include <rtmpt_proxy/policy/logs/session_log_record.hpp>
#include <rtmpt_proxy/policy/routing/carriage.hpp>
#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/protocol/rtmp/stream_inspector.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rtmpt_proxy::gateway {

using WallTime = std::chrono::system_clock::time_point;

// What logs and status pages tell in the place of a stream's name. Called on the session's loop.
using HideName = std::function<std::string(std::string_view name)>;

// The client's address as logs and status pages tell it: whole, or shortened where the virtual host wants it so.
std::string shown_client(const protocol::Admission& admission);

// What a publisher sends. A codec is empty, and a number 0, while it is unknown.
struct MediaReport {
  std::string_view video_codec; // of a constant
  std::string_view audio_codec; // likewise
  std::uint32_t width = 0;      // in pixels
  std::uint32_t height = 0;
  std::optional<std::chrono::milliseconds> key_frame_age; // since the last key frame came
};

// Why a stream may stutter: what waits for the slower side, in bytes, and the media themselves.
struct FlowReport {
  std::size_t bytes_for_backend = 0;
  std::size_t bytes_for_client = 0;
  MediaReport media;
};

// A live session at one moment.
struct SessionReport {
  policy::SessionLogRecord record;          // `end` and `end_detail` mean nothing yet
  policy::Way way = policy::Way::forwarded; // of the last request
  std::chrono::microseconds idle{0};        // since the last request
  BitRates rates;
  std::vector<std::uint32_t> history; // see BitRateMeter
  FlowReport flow;
};

// Owned by its Stream and used on the stream's loop. Knows neither sockets nor a clock.
class SessionWatch {
 public:
  // `hide`: empty when everybody may know the names of streams.
  SessionWatch(const protocol::Admission& admission, protocol::SessionName name, WallTime start, TimePoint now,
               HideName hide = {});

  const protocol::SessionName& name() const { return record_.session_name; }
  // For access logs.
  protocol::SessionFacts facts() const;
  // What the client publishes or plays, with its name whatever is hidden. Never shown.
  const protocol::StreamFacts& true_stream() const { return known_ ? *known_ : inspector_.facts(); }
  // The same with what may be shown of its name.
  protocol::StreamFacts shown_stream() const;

  // A viewer who says nothing by RTMP: by which leg it plays that stream.
  void plays(policy::ClientLeg leg, std::string app, std::string stream_name);

  // The first `count` of these bytes went from the client to the backend.
  void passed(const Pieces& bytes, std::size_t count);

  // A request came by `way`.
  void came(policy::Way way, TimePoint now);

  // httpd has let the client in as that user; empty: as nobody in particular.
  void known_as(const std::string& user) {
    if (!user.empty()) record_.user = user;
  }

  // A connection of the client has this TLS, as the gateway sees it itself.
  void came_over(protocol::TlsFacts tls) { record_.tls = std::move(tls); }

  // To be called every BitRateMeter::kInterval.
  void sample(const SessionCounters& counters, TimePoint now);

  SessionReport report(const SessionCounters& counters, FlowReport flow, TimePoint now) const;

  // The session is over.
  policy::SessionLogRecord last_record(const SessionCounters& counters, SessionEnd end, std::string detail,
                                       TimePoint now) const;

 private:
  policy::SessionLogRecord record(const SessionCounters& counters, TimePoint now) const;

  policy::SessionLogRecord record_; // what does not change
  TimePoint begin_;
  TimePoint last_request_;
  policy::Way way_ = policy::Way::forwarded;
  protocol::StreamInspector inspector_;
  std::optional<protocol::StreamFacts> known_; // without being told by RTMP
  HideName hide_;
  std::string hidden_name_; // in the place of the name, once that is known
  BitRateMeter meter_;
};

// The record for the session log of an open that led to no session.
policy::SessionLogRecord record_of(const protocol::OpenRefused& refusal, WallTime now);

} // namespace rtmpt_proxy::gateway
