// SPDX-License-Identifier: Apache-2.0
// Takes the login out of a connect on its way from a client leg to the media server: see connect_query.hpp.
#pragma once

#include "gateway/backends/backend_leg.hpp"
#include "gateway/session/stream_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace rtmpt_proxy::gateway {

// Used by one stream, on its loop. Memory: one connect, at most as large as a command with its chunk headers.
class ConnectCutter {
 public:
  // The client's bytes from `begin` up to `end`, counted from its first one, are the chunks of a connect, cut at
  // `chunk_size_bytes`.
  void expect(std::uint64_t begin, std::uint64_t end, std::uint32_t chunk_size_bytes);

  // Whether the client's byte `position` is one of those.
  bool is_cutting(std::uint64_t position) const { return begin_ <= position && position < end_; }

  // Writes the first `count` bytes of `bytes` to the backend, the first of which is the client's byte `position`.
  // Returns how many it took. What it did not take is offered again.
  std::size_t write(const Pieces& bytes, std::size_t count, std::uint64_t position, BackendLeg& backend);

  // The query cannot be taken out: other messages stand within the connect. Nothing of it has been written.
  bool has_failed() const { return has_failed_; }

 private:
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0; // equal to begin_: there is nothing to cut
  std::uint32_t chunk_size_bytes_ = 0;
  bool has_failed_ = false;
  std::string connect_; // with its query out; empty: not made yet
};

} // namespace rtmpt_proxy::gateway
