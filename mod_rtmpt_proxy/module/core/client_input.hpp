// The bottom of a pumped connection's input: reads the client's socket in place of httpd's own filter, which would read
// it once more after each record only to hear that there is nothing.
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

  // Takes its place below mod_ssl. What httpd's own filter has read already comes first. Must outlive the connection's
  // filters.
  void attach(conn_rec* c);

  // epoll says that there is something to read.
  void note_readable() { drained_ = false; }

  // False when everything that had come at the last look at the socket has gone to mod_ssl.
  bool may_have_bytes() const { return !drained_ || size_ > 0; }

  // The socket's bytes that came since the last call.
  std::size_t take_count() { return std::exchange(received_bytes_, 0); }

  // epoll is to tell of no fewer bytes than that, and of the client's end. Costs nothing when it is the same.
  void set_least_bytes(std::size_t bytes);
  bool awaits_many() const { return least_bytes_ > 1; }

  // As an input filter does, never waiting.
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
