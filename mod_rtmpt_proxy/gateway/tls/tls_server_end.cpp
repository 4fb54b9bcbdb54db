// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/tls_server_end.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace {

// What a record has besides its plaintext, with the ciphers of today.
constexpr std::size_t kRecordOverheadBytes = 29;

std::size_t size_of_pieces(std::span<const std::string_view> pieces) {
  std::size_t size = 0;
  for (const std::string_view piece : pieces)
    size += piece.size();
  return size;
}

// Goes through several pieces as if they were one.
class PieceCursor {
 public:
  explicit PieceCursor(std::span<const std::string_view> pieces) : pieces_(pieces) {}

  void skip(std::size_t count) {
    while (!pieces_.empty() && begin_ + count >= pieces_.front().size()) {
      count -= pieces_.front().size() - begin_;
      pieces_ = pieces_.subspan(1);
      begin_ = 0;
    }
    begin_ += count;
  }

  // The next bytes, at most so many: where they are, or copied into `room` when they lie in several pieces. Empty at
  // the end.
  std::string_view next(std::size_t most, char* room) {
    skip(0); // over empty pieces
    if (pieces_.empty()) return {};
    const std::string_view front = pieces_.front().substr(begin_, most);
    if (front.size() == most || pieces_.size() == 1) {
      skip(front.size());
      return front;
    }
    std::size_t count = 0;
    while (count < most && !pieces_.empty()) {
      const std::string_view part = pieces_.front().substr(begin_, most - count);
      std::memcpy(room + count, part.data(), part.size());
      count += part.size();
      skip(part.size());
    }
    return {room, count};
  }

 private:
  std::span<const std::string_view> pieces_;
  std::size_t begin_ = 0; // of the front piece
};

} // namespace

TlsServerEnd::TlsServerEnd(TlsServerContext context, std::string_view read_already, TlsTicketMaker tickets)
    : context_(std::move(context)), tickets_(std::move(tickets)), wire_(read_already), tls_(SSL_new(context_.get())) {
  forget_tls_errors();
  const bool has_memory = tls_ && (!tickets_ || tickets_->use_for(tls_.get()));
  BIO* const bio = has_memory ? wire_.new_bio() : nullptr;
  if (!bio) {
    tls_.reset();
    failure_ = "no memory for TLS";
    return;
  }
  SSL_set_bio(tls_.get(), bio, bio);
  SSL_set_accept_state(tls_.get());
  SSL_set_read_ahead(tls_.get(), 1); // one read of the socket for all that has come
}

// OpenSSL forgets a session that was not ended by its word. But clients seldom say it, and come again.
TlsServerEnd::~TlsServerEnd() {
  if (tls_ && greeted_ && failure_.empty()) SSL_set_shutdown(tls_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

TlsStep TlsServerEnd::handshake() {
  if (!failure_.empty()) return TlsStep::failed;
  forget_tls_errors();
  wire_.begin_step();
  const int result = SSL_do_handshake(tls_.get());
  const TlsStep step = result == 1 ? TlsStep::done : step_of(result);
  last_read_ = step; // a part of a record is no news
  wire_.end_step();
  if (wire_.is_deaf() && step != TlsStep::failed)
    return fail("the TLS handshake broke off: " +
                std::error_code(wire_.write_error(), std::generic_category()).message());
  if (has_unsent() && (step == TlsStep::done || step == TlsStep::wants_read)) return TlsStep::wants_write;
  greeted_ = step == TlsStep::done;
  return step;
}

TlsMoved TlsServerEnd::read(char* bytes, std::size_t most) {
  if (!failure_.empty()) {
    told_end_ = true;
    return {TlsStep::failed, 0};
  }
  forget_tls_errors();
  const std::size_t unsent = wire_.unsent_bytes();
  wire_.begin_step();
  note_unsent(unsent);
  std::size_t total = 0;
  last_read_ = TlsStep::done;
  while (total < most && last_read_ == TlsStep::done) {
    std::size_t count = 0;
    const int result = SSL_read_ex(tls_.get(), bytes + total, most - total, &count);
    total += result == 1 ? count : 0;
    if (result != 1) last_read_ = step_of(result);
  }
  wire_.end_step();
  if (total > 0) return {TlsStep::done, total};
  told_end_ = last_read_ == TlsStep::ended || last_read_ == TlsStep::failed;
  return {last_read_, 0};
}

TlsMoved TlsServerEnd::write(std::span<const std::string_view> pieces) {
  if (!failure_.empty()) return {TlsStep::failed, 0};
  forget_tls_errors();
  const std::size_t unsent = wire_.unsent_bytes();
  wire_.begin_step();
  note_unsent(unsent);
  const std::size_t offered = size_of_pieces(pieces);
  std::size_t count = claim(offered);
  if (!has_unsent() && !wire_.is_deaf() && begun_bytes_ == 0 && count < offered) {
    if (!encipher(pieces, count)) return {TlsStep::failed, 0};
    const std::size_t gathered = wire_.gathered_bytes();
    unsent_share_ = begun_bytes_;
    wire_.end_step();
    note_unsent(gathered);
    client_is_slow_ = has_unsent();
    count += claim(offered - count);
  }
  if (wire_.is_deaf()) return {TlsStep::failed, 0};
  return {count == 0 && has_unsent() ? TlsStep::wants_write : TlsStep::done, count};
}

// Returns, of bytes that were enciphered before, those that have left.
std::size_t TlsServerEnd::claim(std::size_t offered) {
  const std::size_t count = std::min(begun_bytes_ - unsent_share_, offered);
  begun_bytes_ -= count;
  return count;
}

// All that is unsent has the plaintext of begun_bytes_ in it, evenly. `before`: how much of it there was.
void TlsServerEnd::note_unsent(std::size_t before) {
  const std::size_t now = wire_.unsent_bytes();
  if (now < before) unsent_share_ = (unsent_share_ * now + before - 1) / before;
}

// False after a failure of OpenSSL. Nothing that it writes waits here: the wire takes it all.
bool TlsServerEnd::encipher(std::span<const std::string_view> pieces, std::size_t skipped) {
  PieceCursor cursor(pieces);
  cursor.skip(skipped);
  const TimePoint now = std::chrono::steady_clock::now();
  const std::size_t most = client_is_slow_ ? kSlowWrittenBytes : kMostWrittenBytes;
  while (begun_bytes_ < most) {
    const std::size_t record = std::min(record_bytes(now), most - begun_bytes_);
    const std::string_view bytes = cursor.next(record, wire_.scratch().plaintext.data());
    if (bytes.empty()) return true;
    if (std::exchange(ticket_is_due_, false)) tickets_->give_ticket(tls_.get());
    std::size_t count = 0;
    const int result = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &count);
    if (result != 1) {
      if (step_of(result) != TlsStep::failed) fail("its TLS connection takes nothing");
      return false;
    }
    begun_bytes_ += count;
    if (small_bytes_ < kSmallRecordsBytes) small_bytes_ += count;
  }
  return true;
}

std::size_t TlsServerEnd::record_bytes(TimePoint now) {
  if (now - last_write_ > kPause) small_bytes_ = 0;
  last_write_ = now;
  return small_bytes_ < kSmallRecordsBytes ? kSmallRecordBytes : kTlsRecordBytes;
}

void TlsServerEnd::say_end() {
  if (!tls_) return;
  forget_tls_errors();
  const std::size_t unsent = wire_.unsent_bytes();
  wire_.begin_step();
  note_unsent(unsent);
  if (greeted_ && failure_.empty() && !std::exchange(said_end_, true))
    SSL_shutdown(tls_.get()); // 0: said, and the client has not said it yet
  wire_.end_step();
  forget_tls_errors();
}

bool TlsServerEnd::holds_news() const {
  if (!tls_ || told_end_) return false;
  if (last_read_ == TlsStep::ended || last_read_ == TlsStep::failed) return true;
  return wire_.has_read_already() || (last_read_ == TlsStep::done && SSL_has_pending(tls_.get()) == 1);
}

std::size_t TlsServerEnd::low_water_bytes(std::size_t plaintext_bytes) const {
  const std::size_t wanted = plaintext_bytes + kRecordOverheadBytes;
  const std::size_t held = wire_.records().held_bytes();
  const std::size_t rest = held == 0 ? 1 : wire_.records().missing_bytes();
  return std::max(rest, wanted > held ? wanted - held : 1);
}

protocol::TlsFacts TlsServerEnd::facts() const {
  if (!greeted_) return {};
  return {SSL_get_version(tls_.get()), SSL_CIPHER_get_name(SSL_get_current_cipher(tls_.get()))};
}

// Looks at the result of OpenSSL's last step.
TlsStep TlsServerEnd::step_of(int result) {
  switch (SSL_get_error(tls_.get(), result)) {
  case SSL_ERROR_WANT_READ: return TlsStep::wants_read;
  case SSL_ERROR_ZERO_RETURN: return greeted_ ? TlsStep::ended : fail("closed the connection in the TLS handshake");
  default: break;
  }
  if (wire_.is_at_end() && wire_.read_error() == 0)
    return greeted_ ? TlsStep::ended : fail("closed the connection in the TLS handshake");
  if (wire_.is_at_end())
    return fail((greeted_ ? "its connection broke: " : "the TLS handshake broke off: ") +
                std::error_code(wire_.read_error(), std::generic_category()).message());
  return fail((greeted_ ? "its TLS connection broke: " : "the TLS handshake failed: ") + words_for_tls_error());
}

TlsStep TlsServerEnd::fail(std::string why) {
  failure_ = std::move(why);
  forget_tls_errors();
  return TlsStep::failed;
}

} // namespace rtmpt_proxy::gateway
