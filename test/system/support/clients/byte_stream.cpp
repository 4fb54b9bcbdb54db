// SPDX-License-Identifier: Apache-2.0
#include "support/clients/byte_stream.hpp"

#include "support/os/system_error.hpp"

#include <variant>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

class TcpStream : public ByteStream {
 public:
  explicit TcpStream(local::Descriptor socket) : socket_(std::move(socket)) {}

  std::size_t write_some(std::string_view bytes, Deadline deadline) override {
    while (ready(socket_.get(), POLLOUT, deadline)) {
      const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) return static_cast<std::size_t>(sent);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) checked(-1, "send");
    }
    return 0;
  }

  std::string read_some(Deadline deadline) override {
    std::string bytes(kReadBytes, '\0');
    while (ready(socket_.get(), POLLIN, deadline)) {
      const auto got = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (got >= 0) return bytes.substr(0, static_cast<std::size_t>(got));
      if (errno != EAGAIN && errno != EINTR) checked(-1, "recv");
    }
    throw TimedOut("nothing to read came in time");
  }

  void end_writing() override { checked(::shutdown(socket_.get(), SHUT_WR), "shutdown"); }

  int socket() const override { return socket_.get(); }

 private:
  local::Descriptor socket_;
};

using SocketAddress = std::variant<sockaddr_in, sockaddr_in6>;

SocketAddress socket_address(const Endpoint& endpoint) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  if (inet_pton(AF_INET6, endpoint.address.c_str(), &v6.sin6_addr) == 1) return v6;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(endpoint.port);
  if (inet_pton(AF_INET, endpoint.address.c_str(), &v4.sin_addr) == 1) return v4;
  throw std::runtime_error("'" + endpoint.address + "' is no numeric IPv4 or IPv6 address");
}

} // namespace

void ByteStream::write_all(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const auto sent = write_some(bytes, deadline);
    if (sent == 0) throw TimedOut(std::to_string(bytes.size()) + " bytes could not be written in time");
    bytes.remove_prefix(sent);
  }
}

bool ready(int fd, short events, Deadline deadline) {
  pollfd wanted{fd, events, 0};
  while (true) {
    const int count = poll(&wanted, 1, deadline.poll_timeout());
    if (count > 0) return true;
    if (count == 0 && deadline.passed()) return false;
    if (count < 0 && errno != EINTR) checked(-1, "poll");
  }
}

local::Descriptor connect_tcp(const Endpoint& endpoint, Deadline deadline) {
  const auto address = socket_address(endpoint);
  const int family = std::holds_alternative<sockaddr_in>(address) ? AF_INET : AF_INET6;
  const auto name = endpoint.address + " port " + std::to_string(endpoint.port);
  local::Descriptor fd(checked(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
  const int on = 1;
  checked(setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
  // Not later: a window that shrinks makes the kernel drop segments with the acknowledgements they carry.
  const int buffer_bytes = endpoint.receive_buffer_bytes;
  if (buffer_bytes > 0) {
    checked(setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes), "SO_RCVBUF");
  }
  if (!endpoint.from_address.empty()) {
    const auto own = socket_address({endpoint.from_address, 0});
    const auto& raw = std::get<sockaddr_in>(own);
    checked(bind(fd.get(), reinterpret_cast<const sockaddr*>(&raw), sizeof raw), "bind to " + endpoint.from_address);
  }
  const int result = std::visit(
      [&](const auto& raw) { return connect(fd.get(), reinterpret_cast<const sockaddr*>(&raw), sizeof raw); }, address);
  if (result == 0) return fd;
  if (errno != EINPROGRESS) checked(-1, "connect to " + name);
  if (!ready(fd.get(), POLLOUT, deadline)) throw TimedOut("no connection to " + name + " in time");
  int error = 0;
  socklen_t length = sizeof error;
  checked(getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &length), "SO_ERROR");
  if (error != 0) throw std::system_error(error, std::generic_category(), "connect to " + name);
  return fd;
}

std::unique_ptr<ByteStream> connect_to(const Endpoint& endpoint, Deadline deadline) {
  auto socket = connect_tcp(endpoint, deadline);
  if (!endpoint.tls) {
    auto stream = std::make_unique<TcpStream>(std::move(socket));
    stream->write_all(endpoint.preamble, deadline);
    return stream;
  }
  if (checked(::send(socket.get(), endpoint.preamble.data(), endpoint.preamble.size(), MSG_NOSIGNAL), "send") !=
      static_cast<ssize_t>(endpoint.preamble.size()))
    throw std::runtime_error("the bytes in front of TLS do not fit into an empty socket");
  return make_tls_stream(std::move(socket), deadline, endpoint.server_name);
}

bool accepts(std::uint16_t port) {
  try {
    connect_tcp({"127.0.0.1", port}, Deadline(std::chrono::seconds{1}));
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

} // namespace rtmpt_proxy::test
