// SPDX-License-Identifier: Apache-2.0
// An httpd that reads PROXY headers, and those who connect to it.
#pragma once

#include "support/clients/http_connection.hpp"
#include "support/httpd/httpd_fixture.hpp"

#include <cstdint>
#include <string>

namespace rtmpt_proxy::test {

inline constexpr const char* kAnnouncer = "127.0.0.2"; // a proxy of RPAFproxy_ips, as ::1 and 10.0.0.0/8 are
inline constexpr const char* kStranger = "127.0.0.3";  // and one who is none, as 127.0.0.1

// RPAFproxyProtocol On for every address; `more` are directives for the server as a whole.
HttpdOptions announced_options(const std::string& more = {});

// The same, with what AnnouncedSite answers by.
HttpdOptions announced_site_options(const std::string& mpm = "event", const std::string& more = {});

// A connection of `peer` that begins with `header`.
Endpoint from(const std::string& peer, Endpoint endpoint, const std::string& header = {});

// "PROXY TCP4 <source> 198.51.100.2 4711 80", or TCP6, as a line.
std::string v1_header(const std::string& source);

// The address block of version 2 for 203.0.113.9:4711 to 198.51.100.2:80.
std::string client_block();

inline constexpr const char* kRemotePage = "/remote.shtml"; // is the variable REMOTE_ADDR

// Pages of a site that says whose request it is.
class AnnouncedSite {
 public:
  explicit AnnouncedSite(HttpdOptions options = announced_site_options());

  // The plain address as seen from a peer; a `header` leaves in a segment of its own.
  Endpoint endpoint(const std::string& peer, const std::string& header = {}) const {
    return from(peer, httpd_.plain(), header);
  }

  // "REMOTE_ADDR CONN_REMOTE_ADDR HTTPS SERVER_PORT SITE", as that request's answer says.
  static std::string facts(const HttpResponse& response) { return response.header("X-Facts").value_or("none"); }

  // Of a client at the plain address, whose connection came from `peer`.
  static std::string facts_of(const std::string& client, const std::string& peer = kAnnouncer) {
    return client + " " + peer + " off 80 localhost";
  }

  // Lines of the access log with this request's tag, as "%a %h %{c}a %>s".
  std::string logged(const std::string& tag) const;

  // Requests with this tag that httpd served so far.
  std::size_t served(const std::string& tag) const;

  HttpdFixture& httpd() { return httpd_; }

 private:
  HttpdFixture httpd_;
};

// GET of a page with that tag.
std::string tagged(const std::string& tag, const std::string& path = "/", const std::string& headers = {});

// Whether httpd has read everything that was sent on this IPv4 connection: what is sent next will be read by itself.
bool has_been_read(const ByteStream& stream);

} // namespace rtmpt_proxy::test
