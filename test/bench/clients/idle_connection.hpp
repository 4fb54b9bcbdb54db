// SPDX-License-Identifier: Apache-2.0
// One RTMPT session on one keep-alive connection that does nothing but ask for data, for scripts/bench.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rtmpt_proxy::bench {

// Not thread-safe. Requests are written as they are on the wire; replies are counted by their heads' ends, since each
// of a silent session has a body of one byte.
class IdleConnection {
 public:
  // Connects to 127.0.0.1:`port` and opens a session. Throws std::system_error, or std::runtime_error with the answer.
  explicit IdleConnection(std::uint16_t port);
  ~IdleConnection();
  IdleConnection(const IdleConnection&) = delete;
  IdleConnection& operator=(const IdleConnection&) = delete;

  // Writes `count` idles at once.
  void ask(std::size_t count);

  // Reads what is there, waiting for nothing, and returns how many replies that completed. Throws std::runtime_error
  // when a reply is not an empty 200, or the connection has ended.
  std::size_t replies();

  int descriptor() const { return descriptor_; }

 private:
  void open();
  void write_all(const std::string& text) const;

  int descriptor_;
  std::string start_; // of each idle, up to its number
  std::string rest_;  // and what follows that
  std::uint32_t number_ = 0;
  std::string requests_; // of one ask(); kept for its storage
  std::vector<char> input_;
  std::size_t input_bytes_ = 0; // a reply's beginning
};

} // namespace rtmpt_proxy::bench
