// SPDX-License-Identifier: Apache-2.0
// An HTTP/2 client (RFC 9113) over plain TCP, begun with prior knowledge: many requests at a time.
#pragma once

#include "support/clients/byte_stream.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rtmpt_proxy::test {

class Http2Connection {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>; // names in lower case

  explicit Http2Connection(const Endpoint& endpoint);

  // Sends a request and returns its stream.
  std::uint32_t get(const std::string& authority, const std::string& path, const Headers& headers);

  // The same for a POST with a body. `scheme` is the pseudo-header of that name.
  std::uint32_t post(const std::string& authority, const std::string& path, const Headers& headers,
                     std::string_view body, const std::string& scheme = "http");

  // Whether that stream's answer is a 200; waits for its end, and throws, as body() does. To be asked before body().
  bool is_ok(std::uint32_t stream, Deadline deadline = Deadline{});

  // The body of that stream's answer, when it is complete; frames of other streams are taken as they come. Throws
  // TimedOut, and std::runtime_error when the server resets the stream or ends the connection.
  std::string body(std::uint32_t stream, Deadline deadline = Deadline{});

  // The code with which the server resets that stream (RFC 9113, 7), or nothing when it answers instead. Waits for
  // either.
  std::optional<std::uint32_t> reset_code(std::uint32_t stream, Deadline deadline = Deadline{});

  // How often a frame belonged to another stream than the one before it.
  std::size_t stream_changes() const { return stream_changes_; }

 private:
  struct Answer {
    std::string body;
    bool complete = false;
    bool ok = false;
    std::optional<std::uint32_t> reset_code;
  };

  std::uint32_t send_head(const Headers& pseudo_headers, const Headers& headers, bool is_whole_request);
  void send_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, std::string_view payload);
  void await_end(std::uint32_t stream, Deadline deadline);
  void take_frame(Deadline deadline);
  void take_reset(std::uint32_t stream, std::uint32_t code);
  void take_data(std::uint32_t stream, std::uint8_t flags, const std::string& payload);
  void take_head(std::uint32_t stream, const std::string& block);
  std::string take_bytes(std::size_t count, Deadline deadline);

  std::unique_ptr<ByteStream> socket_;
  std::string buffer_;
  std::map<std::uint32_t, Answer> answers_;
  std::uint32_t next_stream_ = 1;
  std::uint32_t last_stream_ = 0;
  std::size_t stream_changes_ = 0;
};

} // namespace rtmpt_proxy::test
