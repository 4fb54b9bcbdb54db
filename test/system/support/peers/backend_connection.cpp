// SPDX-License-Identifier: Apache-2.0
#include "support/clients/byte_stream.hpp"
#include "support/os/system_error.hpp"
#include "support/peers/scripted_backend.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

BackendConnection::BackendConnection(local::Descriptor socket)
    : socket_(std::move(socket)), wake_(checked(eventfd(0, EFD_CLOEXEC), "eventfd")), reader_([this] { record(); }) {}

BackendConnection::~BackendConnection() {
  interrupt_reader();
}

void BackendConnection::interrupt_reader() {
  if (!reader_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  eventfd_write(wake_.get(), 1);
  reader_.join();
}

bool BackendConnection::may_read() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return reading_ || stopping_; });
  return !stopping_;
}

void BackendConnection::record() {
  std::string bytes(256 * 1024, '\0');
  while (may_read()) {
    pollfd wanted[] = {{socket_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    poll(wanted, 2, -1);
    if (wanted[1].revents != 0) {
      eventfd_t count = 0;
      eventfd_read(wake_.get(), &count);
      continue;
    }
    const auto got = recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) continue;
    const std::lock_guard lock(mutex_);
    if (got > 0) received_.append(bytes, 0, static_cast<std::size_t>(got));
    ended_ = got <= 0;
    changed_.notify_all();
    if (ended_) return;
  }
}

std::string BackendConnection::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

std::size_t BackendConnection::received_bytes() const {
  const std::lock_guard lock(mutex_);
  return received_.size();
}

std::string BackendConnection::wait_for_bytes(std::size_t bytes, Deadline deadline) const {
  std::unique_lock lock(mutex_);
  const auto enough = [&] { return received_.size() >= bytes || ended_; };
  changed_.wait_for(lock, std::chrono::milliseconds(deadline.poll_timeout()), enough);
  if (received_.size() < bytes) {
    throw TimedOut("the backend received " + std::to_string(received_.size()) + " of " + std::to_string(bytes) +
                   " bytes" + (ended_ ? " before its connection ended" : " in time"));
  }
  return received_;
}

void BackendConnection::wait_for_end(Deadline deadline) const {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, std::chrono::milliseconds(deadline.poll_timeout()), [&] { return ended_; })) {
    throw TimedOut("the connection to the backend did not end in time");
  }
}

bool BackendConnection::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

std::size_t BackendConnection::send_until_stuck(std::string_view bytes, std::chrono::milliseconds pause) {
  std::size_t sent_bytes = 0;
  while (sent_bytes < bytes.size() && ready(socket_.get(), POLLOUT, Deadline(pause))) {
    const auto sent = ::send(socket_.get(), bytes.data() + sent_bytes, bytes.size() - sent_bytes, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) checked(-1, "send to the gateway");
    if (sent > 0) sent_bytes += static_cast<std::size_t>(sent);
  }
  return sent_bytes;
}

void BackendConnection::send(std::string_view bytes, Deadline deadline) {
  const auto pause = std::chrono::milliseconds(deadline.poll_timeout());
  const auto sent = send_until_stuck(bytes, pause);
  if (sent < bytes.size()) throw TimedOut("the backend could send only " + std::to_string(sent) + " bytes");
}

void BackendConnection::stop_reading() {
  {
    const std::lock_guard lock(mutex_);
    reading_ = false;
  }
  eventfd_write(wake_.get(), 1);
}

void BackendConnection::resume_reading() {
  {
    const std::lock_guard lock(mutex_);
    reading_ = true;
  }
  changed_.notify_all();
}

void BackendConnection::close_sending() {
  shutdown(socket_.get(), SHUT_WR);
}

void BackendConnection::close() {
  interrupt_reader();
  socket_.reset();
}

} // namespace rtmpt_proxy::test
