// SPDX-License-Identifier: Apache-2.0
// What httpd says to a wrong configuration, before anybody is served by it.
#include "support/httpd/httpd_fixture.hpp"

#include <catch2/catch.hpp>

#include <ostream>

using namespace rtmpt_proxy::test;

namespace {

struct BadDirective {
  std::string text;     // the line of the configuration
  std::string value;    // must be quoted in the message
  std::string expected; // must be named in it as what would be right
};

std::ostream& operator<<(std::ostream& out, const BadDirective& bad) {
  return out << bad.text;
}

// The directive's name, first word of its line.
std::string name_of(const BadDirective& bad) {
  return bad.text.substr(0, bad.text.find(' '));
}

std::vector<BadDirective> bad_directives() {
  return {
      // Of a URL only what cannot be a secret is quoted: no user, no path.
      {"RTMPTProxyPass http://media", "http://media", "rtmpt://media"},
      {"RTMPTProxyPass media", "media", "rtmp://"},
      {"RTMPTProxyPass rtmp://", "rtmp://", "DNS name"},
      {"RTMPTProxyPass rtmp://media:0", "rtmp://media:0", "65535"},
      {"RTMPTProxyPass rtmp://media:70000", "rtmp://media:70000", "65535"},
      {"RTMPTProxyPass rtmp://media:19x5", "rtmp://media:19x5", "port"},
      {"RTMPTProxyPass rtmp://media:", "rtmp://media:", "port"},
      {"RTMPTProxyPass rtmp://me@media", "rtmp://...", "nothing"},
      {"RTMPTProxyPass rtmp://media/live", "rtmp://media/...", "nothing"},
      {"RTMPTProxyPass rtmp://[::1", "rtmp://[::1", "IPv6"},
      {"RTMPTProxyPass rtmp://me_dia|x", "rtmp://me_dia|x", "DNS name"},
      {"RTMPTProxyPass rtmp://media colour=red", "colour", "ProxyPass"},
      {"RTMPTProxyPass rtmp://media connectiontimeout=soon", "soon", "timeout"},
      {"RTMPTIdleHold soon", "soon", "time"},
      {"RTMPTIdleHold -1", "-1", "time"},
      {"RTMPTIdleHold 31s", "31s", "30"},
      {"RTMPTGather 3s", "3s", "2"},
      {"RTMPTGather 20parsecs", "20parsecs", "time"},
      {"RTMPTSessionTimeout 500ms", "500ms", "1"},
      {"RTMPTSessionTimeout 2h", "2h", "1h"},
      {"RTMPTBufferSize 1K", "1K", "16"},
      {"RTMPTBufferSize 65M", "65M", "64"},
      {"RTMPTBufferSize much", "much", "size"},
      {"RTMPTBufferSize -1", "-1", "size"},
      {"RTMPTBodyLimit 100", "100", "4"},
      {"RTMPTBodyLimit 1025M", "1025M", "1024"},
      {"RTMPTBodyLimit 2G", "2G", "1024"},
      {"RTMPTBodyLimit 1T", "1T", "size"},
      {"RTMPTSessionLog syslog:local8", "syslog:local8", "local0 to local7"},
      {"RTMPTSessionLog syslog:local1:a[1]", "syslog:local1:a[1]", "1 to 32 letters"},
      {"RTMPTSessionLog |", "|", "program"},
      {"RTMPTSessionLog logs/x %Y", "%Y", "expected"},
      {"RTMPTSessionLog logs/x pretty", "pretty", "expected"},
      {"RTMPTSessionLog off common", "common", "nothing"},
      {"RTMPTHandOver Perhaps", "", "On or Off"},
  };
}

CommandResult check(const std::string& global, const std::string& site) {
  HttpdOptions options;
  options.global = global;
  options.site = site;
  return HttpdFixture(options).configtest();
}

} // namespace

TEST_CASE("A bad directive fails the configuration test, with its value and what was expected") {
  const auto bad = GENERATE(from_range(bad_directives()));
  CAPTURE(bad);
  const auto result = check("", bad.text + "\n");
  CAPTURE(result.output);
  CHECK(result.exit_code != 0);
  CHECK(result.output.find(name_of(bad)) != std::string::npos);
  CHECK(result.output.find(bad.value) != std::string::npos);
  CHECK(result.output.find(bad.expected) != std::string::npos);
}

TEST_CASE("Good directives pass the configuration test") {
  const std::string good = GENERATE(
      "RTMPTProxyPass rtmp://media", "RTMPTProxyPass rtmp://media:1936", "RTMPTProxyPass rtmp://[::1]:1936",
      "RTMPTProxyPass rtmp://192.0.2.1/ connectiontimeout=2 retry=1", "RTMPTProxyPass !", "RTMPTHandOver off",
      "RTMPTIdleHold 0", "RTMPTIdleHold 30s", "RTMPTGather 0", "RTMPTGather 2s", "RTMPTSessionTimeout 1s",
      "RTMPTSessionTimeout 60", "RTMPTBufferSize 16K", "RTMPTBufferSize 65536", "RTMPTBodyLimit 4K",
      "RTMPTBodyLimit 1024M", "RTMPTBodyLimit 1G", "RTMPTSessionLog off", "RTMPTSessionLog logs/new.log common",
      "RTMPTSessionLog \"|/bin/cat -u\" \"%h \\\"%r\\\"\"", "RTMPTSessionLog syslog:local1:live");
  CAPTURE(good);
  for (const auto& result : {check(good, ""), check("", good)}) {
    CAPTURE(result.output);
    CHECK(result.exit_code == 0);
  }
}

TEST_CASE("RTMPTGateway and RTMPTGatewayThreads belong to the server as a whole, and no directive to a directory") {
  const std::string text = GENERATE("RTMPTGateway /bin/true", "RTMPTGatewayThreads 2", "RTMPTGatewayThreads 2 8",
                                    "<Directory />\nRTMPTHandOver On\n</Directory>",
                                    "<Location />\nRTMPTProxyPassMatch X-Server m rtmp://media\n</Location>");
  CAPTURE(text);
  const auto result = check("", text + "\n");
  CAPTURE(result.output);
  CHECK(result.exit_code != 0);
  const bool refused = result.output.find("not allowed in") != std::string::npos ||
                       result.output.find("cannot occur within") != std::string::npos;
  CHECK(refused);
}
