// SPDX-License-Identifier: Apache-2.0
#include "gateway/facts/syslog_socket.hpp"

#include "local/local_address.hpp"

#include <array>
#include <cerrno>
#include <ctime>

#include <sys/socket.h>
#include <unistd.h>

namespace rtmpt_proxy::gateway {

namespace {
constexpr unsigned kSeverityInfo = 6;
constexpr unsigned kSeverities = 8;
} // namespace

int SyslogSocket::send(std::string_view message) {
  const bool was_connected = static_cast<bool>(socket_);
  int error = was_connected ? send_connected(message) : ENOTCONN;
  if (error == 0 || error == EAGAIN || error == EMSGSIZE || error == ENOBUFS) return error;
  error = connect();
  return error == 0 ? send_connected(message) : error;
}

int SyslogSocket::connect() {
  socket_ = local::Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket_) return errno;
  const int error = local::connect_to_path(socket_.get(), path_);
  if (error != 0) socket_.reset();
  return error;
}

int SyslogSocket::send_connected(std::string_view message) const {
  ssize_t sent = 0;
  do
    sent = ::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0; // a datagram goes whole or not at all
}

std::string syslog_message(std::uint8_t facility, std::string_view tag, std::chrono::system_clock::time_point time,
                           std::string_view text) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  std::array<char, 32> stamp{}; // this program never leaves the locale "C", so months are English
  const std::size_t size = std::strftime(stamp.data(), stamp.size(), "%b %e %H:%M:%S ", &local);
  std::string message = "<";
  message.append(std::to_string(facility * kSeverities + kSeverityInfo)).append(">");
  message.append(stamp.data(), size).append(tag);
  return message.append("[" + std::to_string(::getpid()) + "]: ").append(text);
}

} // namespace rtmpt_proxy::gateway
