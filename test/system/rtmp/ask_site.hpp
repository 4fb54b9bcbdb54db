// SPDX-License-Identifier: Apache-2.0
// An httpd whose gateway asks what a test tells it to ask.
#pragma once

#include "support/httpd/httpd_fixture.hpp"

#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>

#include <string>
#include <vector>

namespace rtmpt_proxy::test {

struct AskAnswer {
  int status = 0;                 // 0: httpd closed without an answer
  std::string text;               // all that httpd wrote
  std::vector<std::string> notes; // what httpd told the gateway meanwhile, a line for each message
};

class AskSite {
 public:
  // With RTMPTAcceptRTMP On for all virtual hosts, unless `options.global` says otherwise. Started on return.
  explicit AskSite(HttpdOptions options);

  // A preamble about a client at 192.0.2.7 that has reached the plain port of httpd.
  protocol::AskPreamble preamble() const;

  // Sends the preamble and "OPEN <path>" with these headers, each with its CRLF.
  AskAnswer open(const std::string& path, const std::string& headers = "Host: localhost\r\n");
  AskAnswer open(const protocol::AskPreamble& about, const std::string& path, const std::string& headers);

  // Sends a preamble and "<method> <target>", about the session "asked" at the virtual host `vhost`, a VhostKey.
  AskAnswer ask(const std::string& method, const std::string& target, const std::string& vhost,
                const std::string& headers = {}, const std::string& host = "localhost");

  // Sends these bytes to the private listener.
  AskAnswer send(const std::string& bytes);

  HttpdFixture& httpd() { return httpd_; }

 private:
  HttpdFixture httpd_;
};

// A site whose two virtual hosts carry streams, with these lines in each.
HttpdOptions streaming(const std::string& lines = {}, const std::string& mpm = "event");

// The VhostKey of a virtual host of the fixture, or one of `more_hosts`: with "<VirtualHost *:@PORT@>", which is of all
// addresses.
std::string vhost_key(const Endpoint& place, const std::string& name = "localhost");

// Whether one of the lines of `answer.notes` has this part.
bool has_note(const AskAnswer& answer, const std::string& part);

// The options with the asking gateway in place of the real one.
HttpdOptions with_asking_gateway(HttpdOptions options);

} // namespace rtmpt_proxy::test
