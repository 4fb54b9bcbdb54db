// SPDX-License-Identifier: Apache-2.0
#include "idle_connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rtmpt_proxy::bench {

namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::size_t kEmptyBodyBytes = 1; // the polling interval
constexpr std::size_t kInputBytes = 16384;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// What follows the target of a request.
std::string head_and_body(std::uint16_t port) {
  return " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
         "\r\nContent-Type: application/x-fcs\r\nContent-Length: 1\r\n\r\n" + std::string(1, '\0');
}

} // namespace

IdleConnection::IdleConnection(std::uint16_t port)
    : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), rest_(head_and_body(port)), input_(kInputBytes) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (descriptor_ < 0) fail("socket");
  const int on = 1;
  setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
  open();
}

IdleConnection::~IdleConnection() {
  ::close(descriptor_);
}

void IdleConnection::open() {
  write_all("POST /open/1" + rest_);
  std::array<char, 1024> answer{};
  const ssize_t count = recv(descriptor_, answer.data(), answer.size(), 0);
  const std::string_view text(answer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  const auto body = text.find(kHeadEnd);
  if (!text.starts_with("HTTP/1.1 200 ") || body == std::string_view::npos || !text.ends_with('\n'))
    throw std::runtime_error("/open/1 was answered: " + std::string(text));
  start_ = "POST /idle/" + std::string(text.substr(body + kHeadEnd.size()));
  start_.back() = '/';
}

void IdleConnection::write_all(const std::string& text) const {
  if (send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) fail("send");
}

void IdleConnection::ask(std::size_t count) {
  requests_.clear();
  std::array<char, 16> digits{};
  for (std::size_t i = 0; i < count; ++i) {
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number_++).ptr;
    requests_.append(start_).append(digits.data(), end).append(rest_);
  }
  write_all(requests_);
}

std::size_t IdleConnection::replies() {
  const ssize_t count = recv(descriptor_, input_.data() + input_bytes_, input_.size() - input_bytes_, MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return 0;
  if (count <= 0) throw std::runtime_error("the server closed a connection");
  input_bytes_ += static_cast<std::size_t>(count);
  std::string_view rest(input_.data(), input_bytes_);
  std::size_t complete = 0;
  for (auto end = rest.find(kHeadEnd); end != std::string_view::npos; end = rest.find(kHeadEnd)) {
    const std::size_t size = end + kHeadEnd.size() + kEmptyBodyBytes;
    if (rest.size() < size) break;
    if (!rest.starts_with("HTTP/1.1 200 ")) throw std::runtime_error("an idle was answered: " + std::string(rest));
    rest.remove_prefix(size);
    ++complete;
  }
  std::copy(rest.begin(), rest.end(), input_.begin());
  input_bytes_ = rest.size();
  return complete;
}

} // namespace rtmpt_proxy::bench
