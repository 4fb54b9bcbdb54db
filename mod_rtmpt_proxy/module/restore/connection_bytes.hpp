// SPDX-License-Identifier: Apache-2.0
// Reads the first bytes of a connection directly from httpd's network filter, below all other filters. That filter
// keeps the bytes that are not consumed for the next reader: mod_ssl, mod_http2, or hand_over().
#pragma once

#include "module/core/httpd_headers.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>

namespace rtmpt_proxy::apache {

// Used by the thread that serves the connection, before anybody has read from it. Takes no bytes from the filter before
// consume().
class ConnectionBytes {
 public:
  explicit ConnectionBytes(conn_rec* c);
  ~ConnectionBytes();
  ConnectionBytes(const ConnectionBytes&) = delete;
  ConnectionBytes& operator=(const ConnectionBytes&) = delete;

  // Checks what has come, without waiting. False when nothing more will come, because the other side has ended.
  bool look();

  // The bytes that the last look() saw and consume() has not taken; at most kShownBytes.
  std::string_view waiting() const { return {shown_.data() + begin_, size_ - begin_}; }

  // Takes `count` of the waiting bytes from the connection. False when that fails, which does not happen in practice.
  bool consume(std::size_t count);

  // Waits until look() may see more than before; false when the time is over.
  bool await_more(std::chrono::steady_clock::time_point deadline);

 private:
  static constexpr std::size_t kShownBytes = 4096;

  conn_rec* connection_;
  ap_filter_t* network_;
  apr_bucket_brigade* brigade_;
  std::array<char, kShownBytes> shown_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  int fruitless_looks_ = 0;
};

} // namespace rtmpt_proxy::apache
