// SPDX-License-Identifier: Apache-2.0
#include "support/peers/rtmpt_connection.hpp"

#include <array>
#include <cerrno>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

std::string rtmpt_reply(std::string_view body, std::string_view more_headers, std::string_view status) {
  std::string text = "HTTP/1.1 " + std::string(status) + "\r\nCache-Control: no-cache\r\n" + std::string(more_headers) +
                     "Content-Type: application/x-fcs\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return text += body;
}

bool RtmptConnection::read() {
  std::array<char, 65536> buffer{};
  const auto got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (got > 0) input.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

void RtmptConnection::write(std::string_view bytes, RtmptAnswer::Then then) {
  unsent_ += bytes;
  if (then == RtmptAnswer::Then::keep || (then == RtmptAnswer::Then::finish_if_quiet && !is_quiet())) return;
  leaving_ = then;
  if (then == RtmptAnswer::Then::reset) return;
  // The last bytes wait for the FIN, so that both arrive as one. MSG_MORE would not do: any acknowledgement that comes
  // meanwhile sets the bytes free.
  const int on = 1;
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

bool RtmptConnection::is_quiet() const {
  int unread = 0;
  return input.empty() && owed.empty() && ioctl(socket_.get(), FIONREAD, &unread) == 0 && unread == 0;
}

void RtmptConnection::flush() {
  while (open() && !unsent_.empty()) {
    const auto sent = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (sent < 0) return end(RtmptAnswer::Then::finish); // the other side has gone
    unsent_.erase(0, static_cast<std::size_t>(sent));
  }
  if (open() && leaving_) end(*leaving_);
}

void RtmptConnection::end(RtmptAnswer::Then how) {
  const linger at_once{1, 0};
  if (how == RtmptAnswer::Then::reset) setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.reset();
  owed.clear();
}

} // namespace rtmpt_proxy::test
