// SPDX-License-Identifier: Apache-2.0
#include "restore/rpaf/announced_site.hpp"

#include "restore/rpaf/restricted_pages.hpp"
#include "support/os/system_error.hpp"
#include "support/os/text_file.hpp"

#include <array>
#include <cstdio>

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

namespace {

constexpr const char* kSite = R"(
LogFormat "%{X-Tag}i %a %h %{c}a %>s" announced
CustomLog @ROOT@/logs/announced.log announced
Header always set X-Facts "expr=%{REMOTE_ADDR} %{CONN_REMOTE_ADDR} %{HTTPS} %{SERVER_PORT} %{SERVER_NAME}"
)";

// As /proc/net/tcp writes it: the address as the machine keeps it, and the port.
std::string kernel_name(const sockaddr_in& address) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%08X:%04X", address.sin_addr.s_addr, ntohs(address.sin_port));
  return text.data();
}

} // namespace

HttpdOptions announced_options(const std::string& more) {
  HttpdOptions options;
  options.global = "RPAFenable On\nRPAFproxy_ips 127.0.0.2 ::1 10.0.0.0/8\nRPAFproxyProtocol On\n" + more;
  return options;
}

HttpdOptions announced_site_options(const std::string& mpm, const std::string& more) {
  auto options = announced_options("MaxKeepAliveRequests 0\n" + more + kSite + kRestrictedPages);
  options.mpm = mpm;
  options.more_modules = {"filter", "include", "buffer"};
  return options;
}

Endpoint from(const std::string& peer, Endpoint endpoint, const std::string& header) {
  endpoint.from_address = peer;
  endpoint.preamble = header;
  return endpoint;
}

std::string v1_header(const std::string& source) {
  const bool v6 = source.find(':') != std::string::npos;
  return "PROXY TCP" + std::string(v6 ? "6 " : "4 ") + source + (v6 ? " 2001:db8::2" : " 198.51.100.2") +
         " 4711 80\r\n";
}

std::string client_block() {
  return {"\xcb\0\x71\x09\xc6\x33\x64\x02\x12\x67\0\x50", 12};
}

AnnouncedSite::AnnouncedSite(HttpdOptions options) : httpd_(std::move(options)) {
  write_file(httpd_.document_root() / "remote.shtml", "<!--#echo var=\"REMOTE_ADDR\" -->");
  write_restricted_pages(httpd_.document_root());
  httpd_.error_log().allow("AH01630: client denied by server configuration");
  httpd_.start(false); // without a stream to carry no gateway runs
}

std::string AnnouncedSite::logged(const std::string& tag) const {
  std::string found;
  eventually("the request " + tag + " is in the access log", [&] {
    for (const auto& line : lines_of(read_file(httpd_.root() / "logs/announced.log")))
      if (line.starts_with(tag + " ")) found = line.substr(tag.size() + 1);
    return !found.empty();
  });
  return found;
}

std::size_t AnnouncedSite::served(const std::string& tag) const {
  std::size_t count = 0;
  for (const auto& line : lines_of(read_file(httpd_.root() / "logs/announced.log")))
    count += line.starts_with(tag + " ") ? 1 : 0;
  return count;
}

std::string tagged(const std::string& tag, const std::string& path, const std::string& headers) {
  return get(path, "Host: localhost\r\nX-Tag: " + tag + "\r\n" + headers);
}

bool has_been_read(const ByteStream& stream) {
  sockaddr_in own{};
  sockaddr_in server{};
  socklen_t size = sizeof own;
  checked(getsockname(stream.socket(), reinterpret_cast<sockaddr*>(&own), &size), "getsockname");
  size = sizeof server;
  checked(getpeername(stream.socket(), reinterpret_cast<sockaddr*>(&server), &size), "getpeername");
  int unsent = 0;
  checked(ioctl(stream.socket(), SIOCOUTQ, &unsent), "SIOCOUTQ");
  // The server's socket: its state, then "unsent:unread".
  const auto wanted = kernel_name(server) + " " + kernel_name(own) + " ";
  for (const auto& line : lines_of(read_file("/proc/net/tcp"))) {
    const auto at = line.find(wanted);
    if (at != std::string::npos) return unsent == 0 && line.substr(at + wanted.size() + 12, 8) == "00000000";
  }
  return false;
}

} // namespace rtmpt_proxy::test
