// SPDX-License-Identifier: Apache-2.0
#include "hub/hub_site.hpp"

#include "support/os/text_file.hpp"

namespace rtmpt_proxy::test {

HttpdOptions hub_options(const std::string& mpm, const std::string& lines) {
  HttpdOptions options;
  options.mpm = mpm;
  options.more_modules = {"authn_file", "auth_basic", "authz_user"};
  options.site = "RTMPTProxyPass hub:main\nRTMPTAcceptRTMP On\n"
                 "RTMPTSessionLog logs/session.log \"%a %{leg}r %{backend}r %{app}r/%{stream}r %{kind}r %{end}r\"\n" +
                 lines;
  options.tls_site = "RTMPTTerminateTLS gateway\n";
  return options;
}

std::string publishing_rule() {
  return "<Location \"/live\">\n<Limit PUBLISH>\nAuthType Basic\nAuthName Studio\nAuthBasicProvider file\n"
         "AuthUserFile @ROOT@/members\nRequire valid-user\n</Limit>\n</Location>\n";
}

void write_members(const HttpdFixture& httpd) {
  write_file(httpd.root() / "members", "alice:{SHA}Hb/+2Uu2T+qIBSRw6h5YS9Wbb8U=\n"); // right-hushhush
}

std::string stream_url(const HttpdFixture& httpd, const std::string& scheme, const std::string& name) {
  const std::uint16_t port = scheme.ends_with('s') ? httpd.tls().port : httpd.plain().port;
  return scheme + "://localhost:" + std::to_string(port) + "/live/" + name;
}

std::string with_password(const std::string& url) {
  return url + "?user=alice&pass=right-hushhush";
}

} // namespace rtmpt_proxy::test
