// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/tls_wire.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <sys/socket.h>

namespace rtmpt_proxy::gateway {

// OpenSSL's calls, given to the wire.
struct TlsWire::Method {
  static TlsWire& wire_of(BIO* bio) { return *static_cast<TlsWire*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* bytes, std::size_t most, std::size_t* count) {
    BIO_clear_retry_flags(bio);
    bool later = false;
    const int result = wire_of(bio).receive(bytes, most, *count, later);
    if (later) BIO_set_retry_read(bio);
    return result;
  }

  static int write(BIO* bio, const char* bytes, std::size_t size, std::size_t* count) {
    BIO_clear_retry_flags(bio);
    if (!wire_of(bio).gather({bytes, size})) return -1;
    *count = size;
    return 1;
  }

  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return wire_of(bio).is_at_end() && wire_of(bio).read_error() == 0 ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  // One for the process: OpenSSL has numbers for few.
  static const BIO_METHOD* get() {
    static const std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)> method(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "a client's connection"), BIO_meth_free);
    static const bool is_set = method && BIO_meth_set_read_ex(method.get(), read) == 1 &&
                               BIO_meth_set_write_ex(method.get(), write) == 1 &&
                               BIO_meth_set_ctrl(method.get(), control) == 1;
    return is_set ? method.get() : nullptr;
  }
};

void TlsWire::attach(int socket, TlsScratch& scratch) {
  socket_ = socket;
  scratch_ = &scratch;
}

BIO* TlsWire::new_bio() {
  const BIO_METHOD* const method = Method::get();
  BIO* const bio = method ? BIO_new(method) : nullptr;
  if (!bio) return nullptr;
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  return bio;
}

void TlsWire::begin_step() {
  reads_left_ = kMostReads;
  scratch_->ciphertext.clear();
  send_unsent();
}

void TlsWire::end_step() {
  const std::string_view gathered = scratch_->ciphertext;
  if (gathered.empty() || is_deaf()) return;
  const std::size_t sent = unsent_bytes() == 0 ? send(gathered) : 0;
  if (!is_deaf()) unsent_.append(gathered.substr(sent));
}

int TlsWire::receive(char* bytes, std::size_t most, std::size_t& count, bool& later) {
  count = 0;
  if (!read_already_.empty()) {
    count = std::min(most, read_already_.size());
    std::memcpy(bytes, read_already_.data(), count);
    read_already_.erase(0, count);
    if (read_already_.empty()) std::string().swap(read_already_); // an assignment would keep the memory
  } else {
    if (at_end_) return 0;
    if (reads_left_ == 0) {
      later = true;
      return -1;
    }
    --reads_left_;
    const ssize_t result = ::recv(socket_, bytes, most, 0);
    if (result <= 0) {
      later = result < 0 && (errno == EAGAIN || errno == EINTR);
      if (later) return -1;
      at_end_ = true;
      read_error_ = result < 0 ? errno : 0;
      return 0;
    }
    count = static_cast<std::size_t>(result);
    if (count < most) reads_left_ = 0; // that was all
  }
  records_.feed({bytes, count});
  return 1;
}

bool TlsWire::gather(std::string_view bytes) {
  if (is_deaf()) return true;
  if (unsent_bytes() + gathered_bytes() + bytes.size() > kMostUnsentBytes) {
    write_error_ = ENOBUFS;
    return false;
  }
  scratch_->ciphertext.append(bytes);
  return true;
}

std::size_t TlsWire::send(std::string_view bytes) {
  ssize_t sent = 0;
  do
    sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno != EAGAIN) write_error_ = errno;
  return 0;
}

void TlsWire::send_unsent() {
  if (unsent_bytes() == 0) return;
  if (!is_deaf()) unsent_begin_ += send(std::string_view(unsent_).substr(unsent_begin_));
  if (unsent_bytes() != 0 && !is_deaf()) return;
  std::string().swap(unsent_); // most connections never need it again
  unsent_begin_ = 0;
}

} // namespace rtmpt_proxy::gateway
