// The first bytes of a connection, below every filter but httpd's own end of the chain, which keeps what is not
// consumed for whoever reads next: mod_ssl, mod_http2, or the drain of a connection that is handed over.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>

namespace rtmpt_proxy::apache {

// For the thread that serves the connection, before anybody has read from it. Holds no bytes of its own.
class ConnectionBytes {
 public:
  explicit ConnectionBytes(conn_rec* c);
  ~ConnectionBytes();
  ConnectionBytes(const ConnectionBytes&) = delete;
  ConnectionBytes& operator=(const ConnectionBytes&) = delete;

  // Looks what has come, without waiting. False when no more will: the other side has ended.
  bool look();

  // What the last look() saw and consume() has not taken, kShownBytes at most.
  std::string_view waiting() const { return {shown_.data() + begin_, size_ - begin_}; }

  // Takes so many of the bytes that wait off the connection. False when that fails; it does not.
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
