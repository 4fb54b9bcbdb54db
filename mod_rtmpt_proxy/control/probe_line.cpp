// SPDX-License-Identifier: Apache-2.0
#include "control/probe_line.hpp"

#include "local/error_text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

namespace rtmpt_proxy::control {

using local::Clock;
using local::Deadline;
using local::Descriptor;

namespace {

constexpr std::size_t kReadBytes = 16u << 10;

int milliseconds_until(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

// 0 when the socket is connected, else a value of errno.
int connect_socket(const Descriptor& socket, const SocketAddress& address, Deadline deadline) {
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.bytes) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waiting{socket.get(), POLLOUT, 0};
  int ready = 0;
  do
    ready = ::poll(&waiting, 1, milliseconds_until(deadline));
  while (ready < 0 && errno == EINTR);
  if (ready <= 0) return ready < 0 ? errno : ETIMEDOUT;
  int error = 0;
  socklen_t bytes = sizeof error;
  return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &bytes) == 0 ? error : errno;
}

} // namespace

int ProbeLine::connect_to(const std::vector<SocketAddress>& addresses, Deadline deadline, SocketAddress& used) {
  int error = EADDRNOTAVAIL;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    used = addresses[i];
    const auto share = (deadline - Clock::now()) / static_cast<int>(addresses.size() - i);
    Descriptor socket(::socket(used.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    error = socket ? connect_socket(socket, used, Clock::now() + share) : errno;
    if (error != 0) continue;
    socket_ = std::move(socket);
    break;
  }
  return error;
}

LineStatus ProbeLine::wait_for(short events, Deadline deadline) {
  for (;;) {
    pollfd waiting{socket_.get(), events, 0};
    const int ready = ::poll(&waiting, 1, milliseconds_until(deadline));
    if (ready > 0) return LineStatus::ok;
    if (ready == 0) return LineStatus::timed_out;
    if (errno != EINTR) {
      reason_ = local::error_text(errno);
      return LineStatus::broken;
    }
  }
}

LineStatus ProbeLine::wait_after(int result, short events, Deadline deadline) {
  const int system_error = errno;
  if (tls_) {
    switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ: return wait_for(POLLIN, deadline);
    case SSL_ERROR_WANT_WRITE: return wait_for(POLLOUT, deadline);
    case SSL_ERROR_ZERO_RETURN: return LineStatus::ended;
    case SSL_ERROR_SYSCALL:
      if (ERR_peek_error() == 0 && system_error == 0) return LineStatus::ended;
      break;
    default: break;
    }
    const unsigned long error = ERR_get_error();
    // A server that closes TCP alone is no attack on a probe, which knows where each answer ends.
    if (ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return LineStatus::ended;
    const char* const words = error == 0 ? nullptr : ERR_reason_error_string(error);
    reason_ = words ? words : local::error_text(system_error);
    return LineStatus::broken;
  }
  if (result == 0) return LineStatus::ended;
  if (system_error == EAGAIN || system_error == EINTR) return wait_for(events, deadline);
  reason_ = local::error_text(system_error);
  return LineStatus::broken;
}

LineStatus ProbeLine::send(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    ERR_clear_error();
    errno = 0;
    const auto sent = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                           : static_cast<int>(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
    if (sent > 0)
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    else if (const LineStatus status = wait_after(sent, POLLOUT, deadline); status != LineStatus::ok)
      return status;
  }
  return LineStatus::ok;
}

LineStatus ProbeLine::receive(std::string& bytes, Deadline deadline) {
  std::array<char, kReadBytes> room{};
  bytes.clear();
  for (;;) {
    // A server that sends a byte now and then must not keep the probe beyond its time.
    if (Clock::now() >= deadline) return LineStatus::timed_out;
    ERR_clear_error();
    errno = 0;
    const auto read = tls_ ? SSL_read(tls_.get(), room.data(), static_cast<int>(room.size()))
                           : static_cast<int>(::recv(socket_.get(), room.data(), room.size(), 0));
    if (read > 0) {
      bytes.assign(room.data(), static_cast<std::size_t>(read));
      return LineStatus::ok;
    }
    if (const LineStatus status = wait_after(read, POLLIN, deadline); status != LineStatus::ok) return status;
  }
}

} // namespace rtmpt_proxy::control
