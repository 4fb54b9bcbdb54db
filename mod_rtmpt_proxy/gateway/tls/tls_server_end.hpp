// SPDX-License-Identifier: Apache-2.0
// The gateway's end of a client's TLS connection, whose server it is.
#pragma once

#include "gateway/base/time_point.hpp"
#include "gateway/tls/tls_server_context.hpp"
#include "gateway/tls/tls_step.hpp"
#include "gateway/tls/tls_tickets.hpp"
#include "gateway/tls/tls_wire.hpp"

#include <rtmpt_proxy/protocol/messages/tls_server.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace rtmpt_proxy::gateway {

// Reads and writes the client's socket itself, and never waits. Lives on no loop: attach() brings it to one, and later
// to another one. Used by one thread at a time.
class TlsServerEnd {
 public:
  // With records as small as one segment of TCP the client has something to decipher with each segment. A stream's
  // beginning needs that; later whole records cost less.
  static constexpr std::size_t kSmallRecordBytes = 1400;
  static constexpr std::size_t kSmallRecordsBytes = 64u << 10; // so much of the plaintext goes in such records
  static constexpr std::chrono::seconds kPause{1};             // after it that begins anew
  // What one write takes at most, and what it takes of a client that has not taken all of the write before.
  static constexpr std::size_t kMostWrittenBytes = 64u << 10;
  static constexpr std::size_t kSlowWrittenBytes = kTlsRecordBytes;

  // `read_already`: bytes of the handshake that were read of the socket. `context` is not null; without `tickets` the
  // client never gets one. Without memory, the handshake fails.
  TlsServerEnd(TlsServerContext context, std::string_view read_already, TlsTicketMaker tickets = nullptr);
  ~TlsServerEnd();
  TlsServerEnd(const TlsServerEnd&) = delete;
  TlsServerEnd& operator=(const TlsServerEnd&) = delete;

  // The socket is connected, non-blocking, and stays its owner's. Both are used until the next call.
  void attach(int socket, TlsScratch& scratch) {
    wire_.attach(socket, scratch);
    told_end_ = false; // who has it now has not been told
  }

  // Until it is done.
  TlsStep handshake();

  // The following after the handshake.

  // Into `bytes`, at least one; as much as there is, and not more of the socket than TlsWire lets a step read. It has
  // ended when the client said so or closed the connection.
  TlsMoved read(char* bytes, std::size_t most);

  // The next write() brings the client a session ticket too, if it can have one; see TlsTickets.
  void give_ticket() { ticket_is_due_ = tickets_ != nullptr; }

  // Returns how many bytes have left. After fewer than were given, the next write() must begin with the bytes that
  // were left over: some of them may be on their way as ciphertext already. wants_write: none have left.
  TlsMoved write(std::span<const std::string_view> pieces);

  // The rest of an earlier write() is not given again: other bytes follow.
  void forget_rest() { begun_bytes_ = unsent_share_ = 0; }

  // Tells the client that nothing more will be written; once, and not after a failure. Then, and when called again, the
  // socket gets what it has not taken; see has_unsent().
  void say_end();

  // Whether read() has something to tell although the socket may never become readable.
  bool holds_news() const;
  // Ciphertext that the socket has not taken.
  bool has_unsent() const { return wire_.unsent_bytes() > 0; }

  // How much ciphertext must come to the socket until about `plaintext_bytes` can be read, 1 or more: at least the rest
  // of a record that has begun.
  std::size_t low_water_bytes(std::size_t plaintext_bytes) const;

  // After `failed`: "the TLS handshake failed: no shared cipher", and the system's error behind it; 0: there is none.
  const std::string& failure() const { return failure_; }
  int system_error() const { return wire_.is_deaf() ? wire_.write_error() : wire_.read_error(); }

  // Empty before the handshake is done.
  protocol::TlsFacts facts() const;

 private:
  struct Free {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  std::size_t claim(std::size_t offered);
  bool encipher(std::span<const std::string_view> pieces, std::size_t skipped);
  std::size_t record_bytes(TimePoint now);
  void note_unsent(std::size_t before);
  TlsStep step_of(int result);
  TlsStep fail(std::string why);

  TlsServerContext context_;
  TlsTicketMaker tickets_; // the connection points to it
  TlsWire wire_;
  std::unique_ptr<SSL, Free> tls_;
  std::string failure_;
  std::size_t begun_bytes_ = 0;  // enciphered, and write() has not returned them yet
  std::size_t unsent_share_ = 0; // about so many of them lie in what the socket has not taken
  std::size_t small_bytes_ = 0;  // of plaintext in small records
  TimePoint last_write_{};
  TlsStep last_read_ = TlsStep::done;
  bool greeted_ = false; // the handshake is done
  bool ticket_is_due_ = false;
  bool said_end_ = false;
  bool told_end_ = false; // read() has returned `ended` or `failed`
  bool client_is_slow_ = false;
};

} // namespace rtmpt_proxy::gateway
