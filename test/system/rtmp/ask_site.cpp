// SPDX-License-Identifier: Apache-2.0
#include "ask_site.hpp"

#include "local/descriptor.hpp"
#include "support/os/built.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace rtmpt_proxy::test {

namespace {

constexpr std::string_view kLine = "\n====\n";

std::string exchange(const std::filesystem::path& path, const std::string& bytes) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.string().size());
  const local::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::system_error(errno, std::generic_category(), "the asking gateway");
  const std::string_view left(bytes);
  if (::send(socket.get(), left.data(), left.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(left.size()))
    throw std::system_error(errno, std::generic_category(), "an order for the asking gateway");
  ::shutdown(socket.get(), SHUT_WR);
  std::string answer;
  std::array<char, 4096> piece{};
  const Deadline deadline;
  for (;;) {
    if (!ready(socket.get(), POLLIN, deadline)) throw std::runtime_error("the asking gateway says nothing");
    const ssize_t count = ::recv(socket.get(), piece.data(), piece.size(), 0);
    if (count <= 0) return answer;
    answer.append(piece.data(), static_cast<std::size_t>(count));
  }
}

} // namespace

HttpdOptions streaming(const std::string& lines, const std::string& mpm) {
  HttpdOptions options;
  options.mpm = mpm;
  options.site = "RTMPTProxyPass rtmp://127.0.0.1:19350\n" + lines;
  return options;
}

bool has_note(const AskAnswer& answer, const std::string& part) {
  return std::any_of(answer.notes.begin(), answer.notes.end(),
                     [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

std::string vhost_key(const Endpoint& place, const std::string& name) {
  const std::string address = "|*:" + std::to_string(place.port);
  return name + ":0" + address + address; // of IPv4 and of IPv6
}

HttpdOptions with_asking_gateway(HttpdOptions options) {
  options.gateway = built::asking_gateway();
  options.global = "RTMPTControlSocket @ROOT@/control.sock\n"
                   "RTMPTAcceptRTMP On\n" +
                   options.global;
  return options;
}

AskSite::AskSite(HttpdOptions options) : httpd_(with_asking_gateway(std::move(options))) {
  httpd_.start(false);
}

protocol::AskPreamble AskSite::preamble() const {
  protocol::AskPreamble about;
  about.ticket = protocol::ask_ticket(2, 77);
  about.client.source = {*protocol::parse_ip_address("192.0.2.7"), 50001};
  about.client.destination = {*protocol::parse_ip_address("127.0.0.1"), httpd_.plain().port};
  return about;
}

AskAnswer AskSite::open(const std::string& path, const std::string& headers) {
  return open(preamble(), path, headers);
}

AskAnswer AskSite::open(const protocol::AskPreamble& about, const std::string& path, const std::string& headers) {
  return send(protocol::encode(about) + "OPEN " + path + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n");
}

AskAnswer AskSite::ask(const std::string& method, const std::string& target, const std::string& vhost,
                       const std::string& headers, const std::string& host) {
  protocol::AskPreamble about = preamble();
  about.session_name = protocol::SessionName("asked");
  return send(protocol::encode(about) + method + " " + target + " HTTP/1.1\r\nHost: " + host +
              "\r\nRTMPT-Vhost: " + vhost + "\r\n" + headers + "Connection: close\r\n\r\n");
}

AskAnswer AskSite::send(const std::string& bytes) {
  const std::string all = exchange(httpd_.root() / "control.sock", bytes);
  const std::size_t line = all.rfind(kLine);
  AskAnswer answer;
  answer.text = all.substr(0, line);
  if (answer.text.starts_with("HTTP/1.1 ")) answer.status = std::atoi(answer.text.c_str() + 9);
  std::istringstream notes(all.substr(line + kLine.size()));
  for (std::string note; std::getline(notes, note);)
    answer.notes.push_back(note);
  return answer;
}

} // namespace rtmpt_proxy::test
