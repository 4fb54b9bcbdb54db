// SPDX-License-Identifier: Apache-2.0
#include "raw_client.hpp"

#include "loopback.hpp"
#include "test/support/deadline.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

using namespace std::chrono_literals;

namespace {

bool is_ready(int descriptor, short events, std::chrono::milliseconds within) {
  pollfd ready{descriptor, events, 0};
  return ::poll(&ready, 1, static_cast<int>(within.count())) == 1;
}

std::uint16_t port_of(int descriptor) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

// What has come at the other end of a connection over 127.0.0.1 and was not read there, as the kernel counts it:
// " 1: 0100007F:1F90 0100007F:C350 01 00000000:00000010 ...".
std::size_t unread_by_peer(int descriptor) {
  std::array<char, 16> our_port{};
  std::snprintf(our_port.data(), our_port.size(), ":%04X", port_of(descriptor));
  std::ifstream table("/proc/net/tcp");
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string number, local, remote, state, queues;
    words >> number >> local >> remote >> state >> queues;
    if (!remote.ends_with(our_port.data()) || queues.size() < 17) continue;
    return std::stoul(queues.substr(9), nullptr, 16);
  }
  return 0;
}

} // namespace

std::string head_of(std::string_view target, std::string_view fields) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: test:80\r\n" + std::string(fields) + "\r\n";
}

std::string head_of(std::string_view target, std::size_t body_bytes) {
  return head_of(target, "Content-Length: " + std::to_string(body_bytes) + "\r\n");
}

RawClient::RawClient(local::Descriptor socket) : socket_(std::move(socket)) {
  if (!local::make_non_blocking(socket_.get())) throw std::runtime_error("a socket that always waits");
}

void RawClient::send(std::string_view bytes) {
  const std::size_t sent = send_until_stuck(bytes, kPatience);
  if (sent < bytes.size()) throw std::runtime_error("the gateway took only " + std::to_string(sent) + " bytes");
}

std::size_t RawClient::send_until_stuck(std::string_view bytes, std::chrono::milliseconds pause) {
  std::size_t sent = 0;
  while (sent < bytes.size() && is_ready(socket_.get(), POLLOUT, pause)) {
    const ssize_t count = ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) break;
    sent += static_cast<std::size_t>(count);
  }
  return sent;
}

std::size_t RawClient::send_until_unread(std::string_view bytes, std::chrono::milliseconds pause) {
  constexpr std::size_t kPieceBytes = 8192;
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const std::string_view piece = bytes.substr(sent, kPieceBytes);
    send(piece);
    sent += piece.size();
    const auto deadline = local::Clock::now() + pause;
    while (unread_by_peer(socket_.get()) > 0) {
      if (local::Clock::now() > deadline) return sent;
      ::poll(nullptr, 0, 1); // between two looks
    }
  }
  return sent;
}

bool RawClient::read_more() {
  if (!is_ready(socket_.get(), POLLIN, kPatience)) throw std::runtime_error("nothing comes on a client's connection");
  std::array<char, 65536> bytes;
  const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (count > 0) input_.append(bytes.data(), static_cast<std::size_t>(count));
  return count > 0;
}

int RawClient::status() {
  constexpr std::string_view kLength = "Content-Length: ";
  std::size_t end = std::string::npos;
  while ((end = input_.find("\r\n\r\n")) == std::string::npos)
    if (!read_more()) throw std::runtime_error("the gateway closed a client's connection");
  const int status = std::stoi(input_.substr(std::string("HTTP/1.1 ").size(), 3));
  const std::size_t length = input_.find(kLength);
  const std::size_t body_bytes = status == 100 ? 0 : std::stoul(input_.substr(length + kLength.size()));
  while (input_.size() < end + 4 + body_bytes)
    if (!read_more()) throw std::runtime_error("the gateway closed a client's connection within a reply");
  body_ = input_.substr(end + 4, body_bytes);
  input_.erase(0, end + 4 + body_bytes);
  return status;
}

bool RawClient::ended() {
  while (read_more())
    input_.clear();
  return true;
}

std::size_t RawClient::unread_bytes() const {
  int count = 0;
  ::ioctl(socket_.get(), FIONREAD, &count);
  return static_cast<std::size_t>(count);
}

SlowBackend::SlowBackend() : listener_(listen_on_loopback(port_)) {
  const int small = 16384;
  ::setsockopt(listener_.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
}

void SlowBackend::accept() {
  if (!is_ready(listener_.get(), POLLIN, kPatience)) throw std::runtime_error("no session at the media server");
  connection_ = local::Descriptor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
}

const std::string& SlowBackend::receive(std::size_t count) {
  std::array<char, 65536> bytes;
  while (received_.size() < count) {
    if (!is_ready(connection_.get(), POLLIN, kPatience))
      throw std::runtime_error("the media server got only " + std::to_string(received_.size()) + " bytes");
    const ssize_t got = ::recv(connection_.get(), bytes.data(), bytes.size(), 0);
    if (got <= 0) throw std::runtime_error("the media server's connection ended");
    received_.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return received_;
}

void SlowBackend::send(std::string_view bytes) {
  const ssize_t count = ::send(connection_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count != static_cast<ssize_t>(bytes.size())) throw std::runtime_error("the gateway reads nothing of a stream");
}

std::size_t memory_bytes(pid_t pid) {
  std::ifstream rollup("/proc/" + std::to_string(pid) + "/smaps_rollup");
  std::size_t kibibytes = 0;
  for (std::string word; rollup >> word;)
    if (word == "Private_Dirty:" && rollup >> kibibytes) break;
  return kibibytes * 1024;
}

} // namespace rtmpt_proxy::test
