// SPDX-License-Identifier: Apache-2.0
// What httpd is asked about a stream: the path that stands for an application and the name of a publish or play.
#pragma once

#include <rtmpt_proxy/policy/routing/ask_target.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

inline constexpr std::size_t kMaxAskNameBytes = 512;     // of a name with its query
inline constexpr std::size_t kMaxAskNamePathBytes = 255; // of a name without it: nginx-rtmp cuts longer ones

enum class StreamTargetError : std::uint8_t {
  none,
  no_name,         // neither the name nor the application has anything in front of its query
  odd_path,        // a segment that is empty, "." or "..": media servers may open another stream
  odd_prefix,      // two of mp4:, flv: and mp3:, or another one
  odd_name,        // a character or word in it that media servers read differently
  odd_query,       // of the name or the application: media servers may take a stream or virtual host from it
  query_of_app,    // the application's has more than credentials and a token, or the name has a '/' as well: see below
  control_in_name, // a byte below 32, or 127
  percent_in_name, // some media servers would decode it
  name_too_long,   // over kMaxAskNameBytes or kMaxAskNamePathBytes
  bad_app,         // see AskTarget::error
};

// A short sentence for a log; it quotes nothing of the client.
std::string_view to_string(StreamTargetError error);

struct StreamTarget {
  StreamTargetError error = StreamTargetError::none;
  std::string path;        // "/live/cam1": escaped for a request line, and so fit for a log
  std::string query;       // of the name, as it was sent: a secret, perhaps
  std::string credentials; // "user:password": of the name's query, else of the application; empty: none. A secret
  bool operator==(const StreamTarget&) const = default;
};

// `app` is what ask_target() made of the client's connect. One of the prefixes mp4:, flv: and mp3:, by which media
// servers choose a format, is left out of the path. An empty name stands for the application itself: MediaMTX's streams
// are applications.
//
// Where tcUrl has a query, MediaMTX opens the application and leaves the name out. So behind an application only user=,
// pass=, token= and expires= are taken, and rules for what is below a path must hold for the path.
StreamTarget stream_target(const AskTarget& app, std::string_view name);

// The name without its query and without one of those prefixes.
std::string_view bare_stream_name(std::string_view name);

// The path of a stream whose application and name are known without their queries; empty when a client that says so is
// refused.
std::string stream_path(std::string_view app, std::string_view name);

} // namespace rtmpt_proxy::policy
