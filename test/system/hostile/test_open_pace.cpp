// SPDX-License-Identifier: Apache-2.0
// Passwords of RTMPT's opens cannot be tried at any rate.
#include "support/clients/http_connection.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/built.hpp"
#include "support/os/child_process.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/scripted_backend.hpp"

#include <rtmpt_proxy/policy/limits/refusal_tally.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::policy::RefusalTally;

namespace {

constexpr const char* kRight = "Authorization: Basic YWxpY2U6cmlnaHQtaHVzaGh1c2g=\r\n"; // alice:right-hushhush
constexpr const char* kWrong = "Authorization: Basic YWxpY2U6d3JvbmctaHVzaGh1c2g=\r\n"; // alice:wrong-hushhush

int answer_to_open(HttpdFixture& httpd, const std::string& headers) {
  return HttpConnection(httpd.plain())
      .exchange("POST /open/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n" + headers +
                "\r\nx")
      .status;
}

} // namespace

TEST_CASE("After ten opens with a wrong password an address gets no further try for a while, in any child") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  const std::string pass = GENERATE("RTMPTProxyPass @BACKEND@\n", "ProxyPass / @BACKEND@/\n");
  CAPTURE(mpm, pass);
  ScriptedBackend media;
  HttpdOptions options;
  options.mpm = mpm;
  options.more_modules = {"authn_file", "auth_basic", "authz_user"};
  options.site = pass;
  options.site.replace(options.site.find("@BACKEND@"), 9, "rtmp://127.0.0.1:" + std::to_string(media.port()));
  options.site += "<Location \"/open\">\nAuthType Basic\nAuthName streams\nAuthBasicProvider file\n"
                  "AuthUserFile @ROOT@/members\nRequire user alice\n</Location>\n";
  HttpdFixture httpd(options);
  write_file(httpd.root() / "members", "alice:{SHA}Hb/+2Uu2T+qIBSRw6h5YS9Wbb8U=\n");
  httpd.start();
  httpd.error_log().expect("AH01617: user alice: authentication failure");
  for (std::uint32_t i = 0; i < RefusalTally::kMostTries; ++i)
    CHECK(answer_to_open(httpd, kWrong) == 401);
  // A child counts a try behind its answer, beside the line about it.
  httpd.error_log().wait_for("RTMPT510: 401 for client 127.0.0.1, which would open a session at virtual host localhost",
                             RefusalTally::kMostTries);
  CHECK(answer_to_open(httpd, kWrong) == 429);
  CHECK(answer_to_open(httpd, kRight) == 429); // nobody can tell whether a try was right
  CHECK(answer_to_open(httpd, "") == 401);     // that is no try
  httpd.error_log().wait_for("RTMPT510: 429 for client 127.0.0.1", 2);
  const auto found = run_command({"fail2ban-regex", "-o", "ip", (httpd.root() / "logs/error.log").string(),
                                  built::conf_folder() + "/fail2ban/rtmpt.conf"});
  CAPTURE(found.output);
  CHECK(std::count(found.output.begin(), found.output.end(), '\n') == RefusalTally::kMostTries + 2);
}
