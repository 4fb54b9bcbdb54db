#include "idle_connection.hpp"

#include <array>
#include <cerrno>
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

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::string post(const std::string& target, std::uint16_t port) {
  return "POST " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
         "\r\nContent-Type: application/x-fcs\r\nContent-Length: 1\r\n\r\n" + std::string(1, '\0');
}

} // namespace

IdleConnection::IdleConnection(std::uint16_t port)
    : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), port_(port) {
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
  write_all(post("/open/1", port_));
  std::array<char, 1024> answer{};
  const ssize_t count = recv(descriptor_, answer.data(), answer.size(), 0);
  const std::string_view text(answer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  const auto body = text.find(kHeadEnd);
  if (!text.starts_with("HTTP/1.1 200 ") || body == std::string_view::npos || !text.ends_with('\n'))
    throw std::runtime_error("/open/1 was answered: " + std::string(text));
  id_ = text.substr(body + kHeadEnd.size());
  id_.pop_back();
}

void IdleConnection::write_all(const std::string& text) const {
  if (send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) fail("send");
}

void IdleConnection::ask(std::size_t count) {
  requests_.clear();
  for (std::size_t i = 0; i < count; ++i)
    requests_ += post("/idle/" + id_ + "/" + std::to_string(number_++), port_);
  write_all(requests_);
}

std::size_t IdleConnection::replies() {
  std::array<char, 16384> buffer{};
  const ssize_t count = recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return 0;
  if (count <= 0) throw std::runtime_error("the server closed a connection");
  partial_.append(buffer.data(), static_cast<std::size_t>(count));
  std::string_view rest = partial_;
  std::size_t complete = 0;
  for (auto end = rest.find(kHeadEnd); end != std::string_view::npos; end = rest.find(kHeadEnd)) {
    const std::size_t size = end + kHeadEnd.size() + kEmptyBodyBytes;
    if (rest.size() < size) break;
    if (!rest.starts_with("HTTP/1.1 200 ")) throw std::runtime_error("an idle was answered: " + std::string(rest));
    rest.remove_prefix(size);
    ++complete;
  }
  partial_.erase(0, partial_.size() - rest.size());
  return complete;
}

} // namespace rtmpt_proxy::bench
