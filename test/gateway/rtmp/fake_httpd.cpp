// SPDX-License-Identifier: Apache-2.0
#include "fake_httpd.hpp"

#include "test/support/deadline.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

namespace {

bool is_readable(int descriptor, std::chrono::milliseconds within) {
  pollfd ready{descriptor, POLLIN, 0};
  return ::poll(&ready, 1, static_cast<int>(within.count())) == 1;
}

} // namespace

void AskedQuestion::answer(int status) {
  answer_with(status == 200 ? std::string(protocol::kAskAllowed) : std::to_string(status) + " Words");
}

void AskedQuestion::answer_with(const std::string& status_and_reason) {
  const std::string text = "HTTP/1.1 " + status_and_reason + "\r\nContent-Length: 0\r\n\r\n";
  if (::send(connection.get(), text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("the gateway does not take httpd's answer");
  connection.reset();
}

void FakeHttpd::introduce_to(GatewayRig& gateway, std::uint32_t most_asks) {
  gateway.give_ask_door(listener_.way(), most_asks);
}

AskedQuestion FakeHttpd::next() {
  AskedQuestion question;
  question.connection = accept();
  protocol::AskPreambleReader reader;
  while (reader.state() != protocol::AskPreambleState::done || !question.request.ends_with("\r\n\r\n")) {
    std::array<char, 4096> bytes;
    if (!is_readable(question.connection.get(), kPatience)) throw std::runtime_error("half a question");
    const ssize_t count = ::recv(question.connection.get(), bytes.data(), bytes.size(), 0);
    if (count <= 0) throw std::runtime_error("the gateway gave up its question");
    std::string_view piece(bytes.data(), static_cast<std::size_t>(count));
    piece.remove_prefix(reader.feed(piece));
    if (reader.state() == protocol::AskPreambleState::failed) throw std::runtime_error("a bad preamble");
    question.request += piece;
  }
  question.preamble = reader.preamble();
  return question;
}

} // namespace rtmpt_proxy::test
