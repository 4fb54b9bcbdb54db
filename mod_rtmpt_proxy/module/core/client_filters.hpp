// SPDX-License-Identifier: Apache-2.0
// Moves a client's bytes through httpd's connection filters, where mod_ssl is, without ever waiting.
#pragma once

#include "module/core/client_input.hpp"
#include "module/core/httpd_headers.hpp"

#include <string>
#include <string_view>

namespace rtmpt_proxy::apache {

// One thread at a time. The connection must outlive it.
class ClientFilters {
 public:
  explicit ClientFilters(conn_rec* c);

  // Prepares the connection: nothing in it waits from now on, and no timeout of httpd ends it.
  void take();

  // From now on the kernel takes bytes while little waits to be sent: it would take many seconds of a stream for a
  // viewer who is slow, and the gateway could not leave them out any more.
  void keep_unsent_short() const;

  // The socket, below mod_ssl.
  ClientInput& socket() { return socket_; }

  enum class Read {
    some,
    nothing, // there is nothing now
    end,     // the client sends no more; the bytes before that have been appended
    broken,
  };

  // Appends to `bytes` what one TLS record gives, some KiB at most.
  Read read(std::string& bytes);

  // False when the connection is broken. Each call makes TLS records of its own, which leave at once as far as they
  // can. Not to be called while has_output().
  bool write(std::string_view bytes);

  // Whether written bytes have not left yet. Then call flush() when the socket is writable.
  bool has_output() const { return connection_->data_in_output_filters != 0; }
  bool flush();

  // Ends TLS and TCP in this direction.
  void shut_down();

  conn_rec* connection() const { return connection_; }
  int descriptor() const { return descriptor_; }

 private:
  Read take_input(std::string& bytes);

  conn_rec* connection_;
  int descriptor_;
  ClientInput socket_;
  bool tls_has_bytes_ = true; // perhaps
  ap_filter_t* network_;      // the last output filter, which writes to the socket
  // Made once: a brigade's own memory stays with the pool until the connection's end.
  apr_bucket_brigade* input_;
  apr_bucket_brigade* output_;
};

} // namespace rtmpt_proxy::apache
