// SPDX-License-Identifier: Apache-2.0
// The lowest input filter of a pumped connection. It reads the client's socket instead of httpd's own filter, which
// would make one more system call after each record only to find nothing.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <cstddef>
#include <memory>
#include <utility>

namespace rtmpt_proxy::apache {

// Used by the pump's thread from attach() on, and by httpd's filters that it calls.
class ClientInput {
 public:
  explicit ClientInput(int descriptor) : descriptor_(descriptor) {}
  ClientInput(const ClientInput&) = delete;
  ClientInput& operator=(const ClientInput&) = delete;

  // Inserts itself below mod_ssl. Bytes that httpd's own filter has already read come first. Must outlive the
  // connection's filters.
  void attach(conn_rec* c);

  // epoll has reported that there is something to read.
  void note_readable() { drained_ = false; }

  // False when mod_ssl has got everything that was in the socket at the last read.
  bool may_have_bytes() const { return !drained_ || size_ > 0; }

  // How many bytes came from the socket since the last call.
  std::size_t take_count() { return std::exchange(received_bytes_, 0); }

  // Makes epoll report the socket only when this many bytes wait, or when the client has ended. Makes no system call
  // when the number is the same.
  void set_least_bytes(std::size_t bytes);
  bool awaits_many() const { return least_bytes_ > 1; }

  // The function of an input filter. It never waits.
  apr_status_t read(ap_filter_t* filter, apr_bucket_brigade* brigade, ap_input_mode_t mode, apr_off_t bytes);

 private:
  apr_status_t read_socket();

  int descriptor_;
  std::size_t received_bytes_ = 0;
  std::size_t least_bytes_ = 1;
  bool httpd_has_bytes_ = true; // perhaps
  bool drained_ = false;
  std::unique_ptr<char[]> buffer_; // while it holds bytes
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
};

void register_client_input(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
