// SPDX-License-Identifier: Apache-2.0
// The streams of one session that httpd has allowed, and what it is told about each when it ends.
#pragma once

#include "gateway/base/time_point.hpp"
#include "gateway/session/session.hpp"

#include <rtmpt_proxy/policy/routing/ask_target.hpp>
#include <rtmpt_proxy/protocol/rtmp/stream_gate.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace rtmpt_proxy::gateway {

// What a notice about a stream needs. Texts of the client.
struct AllowedStream {
  bool publishes = false;
  std::string path;       // as httpd was asked
  std::string shown_path; // for logs; empty: path
  std::string app_path;
  std::string host;
  std::string query;        // the stream's arguments
  std::string session_form; // see policy/callbacks/callback_form.hpp
  TimePoint began{};        // when it was allowed; this and the next are filled in then
  std::uint64_t bytes_before = 0;
  std::uint64_t use = 0; // StreamUse::number, and its message stream; 0: the media server has heard nothing of it
  std::uint32_t message_stream = 0;
  std::optional<std::uint64_t> ends_at{}; // position of the client's bytes; none: it goes on
};

// Memory: the texts of kMostStreams streams. Knows neither sockets nor a clock.
class AllowedStreams {
 public:
  // Of more streams of one session at a time only the ends of the last ones are told.
  static constexpr std::size_t kMostStreams = 16;

  // httpd is asked about this one.
  void ask(AllowedStream stream) { asked_ = std::move(stream); }
  // It has said yes.
  void allow(const SessionCounters& counters, TimePoint now);
  // The last one that was allowed goes on to the media server, as that use of the gate.
  void begin(const protocol::StreamUse& use);
  // What of it has ended: what is no use any more. It ends where its message stream does, else at `position`.
  void follow(const std::vector<protocol::StreamUse>& uses, const std::vector<protocol::StreamEnding>& endings,
              std::uint64_t position);

  static constexpr std::uint64_t kSessionEnd = std::numeric_limits<std::uint64_t>::max();

  // Whether the media server, which has so many of the client's bytes, has heard of an end.
  bool has_ended(std::uint64_t sent) const;
  // The requests DONE for those, which are forgotten then; at kSessionEnd for all. Where they go to, `about` says: its
  // method, path, host, query and forms are filled in here.
  std::vector<std::string> take_notices(policy::AskRequest about, const SessionCounters& counters, TimePoint now,
                                        std::uint64_t sent);

 private:
  AllowedStream asked_;
  std::vector<AllowedStream> allowed_;
};

} // namespace rtmpt_proxy::gateway
