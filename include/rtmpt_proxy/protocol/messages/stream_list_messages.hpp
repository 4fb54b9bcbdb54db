// SPDX-License-Identifier: Apache-2.0
// The messages by which httpd asks rtmpt-gateway which streams a hub has, for pages of the site.
#pragma once

#include <rtmpt_proxy/protocol/media/media_description.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rtmpt_proxy::protocol {

inline constexpr std::size_t kMaxListedStreams = 500;

struct ListedStream {
  std::string name; // behind the application: any bytes but control characters
  // False: its viewers wait for a publisher that has left. What is said of its media is that one's.
  bool is_published = false;
  std::uint64_t viewers = 0; // by whatever protocol
  MediaDescription media;
  std::uint64_t since = 0; // when the last publisher began, in seconds since 1970
  bool operator==(const ListedStream&) const = default;
};

// Asks for the streams of one application that are published in a hub. Answered by StreamList.
struct AskStreams {
  std::string hub; // as BackendAddress::host names it
  std::string app; // "live"
  bool operator==(const AskStreams&) const = default;
};

// In the order of their names. Streams whose name a publisher's virtual host hides are not among them.
struct StreamList {
  std::vector<ListedStream> streams; // at most kMaxListedStreams
  std::uint64_t left_out = 0;        // how many there are beyond these
  bool operator==(const StreamList&) const = default;
};

} // namespace rtmpt_proxy::protocol
