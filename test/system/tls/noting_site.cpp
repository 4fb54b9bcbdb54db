// SPDX-License-Identifier: Apache-2.0
#include "noting_site.hpp"

#include "local/descriptor.hpp"
#include "support/os/built.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace rtmpt_proxy::test {

namespace {

HttpdOptions with_noting_gateway(HttpdOptions options) {
  options.gateway = built::noting_gateway();
  options.global = "RTMPTControlSocket @ROOT@/control.sock\n" + options.global;
  return options;
}

// What the gateway writes; empty when it does not listen yet.
std::string frames_of(const std::filesystem::path& control) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, control.c_str(), control.string().size());
  const local::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  std::string frames;
  std::array<char, 4096> piece{};
  const Deadline deadline;
  for (;;) {
    if (!ready(socket.get(), POLLIN, deadline)) throw std::runtime_error("the noting gateway says nothing");
    const ssize_t count = ::recv(socket.get(), piece.data(), piece.size(), 0);
    if (count <= 0) return frames;
    frames.append(piece.data(), static_cast<std::size_t>(count));
  }
}

std::vector<protocol::TlsServers> messages_in(const std::string& frames) {
  protocol::FrameReader reader;
  reader.feed(frames);
  std::vector<protocol::TlsServers> messages;
  for (protocol::GatewayMessage message; reader.next(message) == protocol::FrameError::none;)
    messages.push_back(std::get<protocol::TlsServers>(message));
  return messages;
}

} // namespace

std::string tls_host(const std::string& name, const std::string& file, const std::string& lines) {
  std::string files;
  if (!file.empty())
    files = "SSLCertificateFile @ROOT@/" + file + ".pem\nSSLCertificateKeyFile @ROOT@/" + file + ".key\n";
  return "<VirtualHost *:@TLS_PORT@>\nServerName " + name + "\nSSLEngine On\n" + files +
         "RTMPTProxyPass rtmp://127.0.0.1:19350\nRTMPTTerminateTLS gateway\n" + lines + "</VirtualHost>\n";
}

NotingSite::NotingSite(HttpdOptions options) : options_(with_noting_gateway(std::move(options))), httpd_(options_) {}

void NotingSite::start(const std::string& hosts) {
  options_.more_hosts = hosts;
  httpd_.configure(options_);
  httpd_.start();
}

void NotingSite::graceful(const std::string& hosts) {
  options_.more_hosts = hosts;
  httpd_.configure(options_);
  httpd_.graceful();
}

std::vector<protocol::TlsServers> NotingSite::messages(std::size_t count) const {
  std::vector<protocol::TlsServers> found;
  eventually("the gateway has been told about TLS", [&] {
    found = messages_in(frames_of(root() / "control.sock"));
    return found.size() >= count;
  });
  return found;
}

} // namespace rtmpt_proxy::test
