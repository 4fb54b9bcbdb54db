// SPDX-License-Identifier: Apache-2.0
// What lies below a TLS connection: its ciphertext on its way from and to the socket.
#pragma once

#include "gateway/tls/record_counter.hpp"
#include "gateway/tls/tls_scratch.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include <openssl/bio.h>

namespace rtmpt_proxy::gateway {

// OpenSSL reads the socket through it, as far as a step may. What OpenSSL writes within a step gathers, and leaves in
// one piece. What the socket does not take is kept, at most kMostUnsentBytes. Used by one thread at a time.
class TlsWire {
 public:
  // A client could make OpenSSL answer again and again and never read the answers; with more it is no client any more.
  static constexpr std::size_t kMostUnsentBytes = 160u << 10;
  // The most reads of the socket within one step, so that a client that never pauses does not delay others.
  static constexpr int kMostReads = 5;

  // `read_already`: what was read of the socket before.
  explicit TlsWire(std::string_view read_already) : read_already_(read_already) {}
  TlsWire(const TlsWire&) = delete;
  TlsWire& operator=(const TlsWire&) = delete;

  // The socket is connected, non-blocking, and stays its owner's; it and `scratch` must be there in every step.
  void attach(int socket, TlsScratch& scratch);

  TlsScratch& scratch() { return *scratch_; }

  // What OpenSSL reads and writes by; the caller owns it, and the wire outlives it. Null without memory.
  BIO* new_bio();

  // Before OpenSSL is asked for anything: sends what is left of before.
  void begin_step();
  // Afterwards: sends what has gathered.
  void end_step();
  // What has gathered in this step.
  std::size_t gathered_bytes() const { return scratch_->ciphertext.size(); }

  // What the socket has not taken. With more than 0 nothing new should be written.
  std::size_t unsent_bytes() const { return unsent_.size() - unsent_begin_; }
  // Nothing can be written any more; what OpenSSL writes is dropped.
  bool is_deaf() const { return write_error_ != 0; }
  int write_error() const { return write_error_; } // errno

  // The client has ended the TCP connection, or it broke: read_error().
  bool is_at_end() const { return at_end_; }
  int read_error() const { return read_error_; } // errno
  bool has_read_already() const { return !read_already_.empty(); }
  // Where the bytes that OpenSSL was given end.
  const RecordCounter& records() const { return records_; }

 private:
  struct Method;

  // As for a BIO: 1, or 0 at the end, or -1 when nothing comes now (`later`) or ever.
  int receive(char* bytes, std::size_t most, std::size_t& count, bool& later);
  bool gather(std::string_view bytes);
  std::size_t send(std::string_view bytes);
  void send_unsent();

  int socket_ = -1;
  TlsScratch* scratch_ = nullptr;
  std::string read_already_;
  std::string unsent_;
  std::size_t unsent_begin_ = 0;
  RecordCounter records_;
  int reads_left_ = 0; // in this step
  int read_error_ = 0;
  int write_error_ = 0;
  bool at_end_ = false;
};

} // namespace rtmpt_proxy::gateway
