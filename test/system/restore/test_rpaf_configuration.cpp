// SPDX-License-Identifier: Apache-2.0
// The RPAF directives: what httpd refuses, what it inherits, and that mod_rpaf's own files are read.
#include "support/clients/http_connection.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/built.hpp"

#include <catch2/catch.hpp>

#include <ostream>

using namespace rtmpt_proxy::test;

namespace {

struct BadDirective {
  std::string text; // the line of the configuration
  std::string id;
  std::string value;    // must be quoted in the message
  std::string expected; // must be named in it as what would be right
};

std::ostream& operator<<(std::ostream& out, const BadDirective& bad) {
  return out << bad.text;
}

std::vector<BadDirective> bad_directives() {
  std::vector<BadDirective> all;
  for (const std::string name : {"RPAFproxy_ips", "RPAF_ProxyIPs"}) {
    all.push_back({name, "RTMPT101", name + " ''", "one or more addresses"});
    for (const std::string value : {"10.0.0.256", "10.0.0", "proxy.example.com", "*", "all", "10.0.0.1:80",
                                    "::1::", "fe80::1%lo", "010.0.0.1", "10.1.", "10.0.0.1,10.0.0.2"})
      all.push_back({name + " 127.0.0.1 " + value, "RTMPT100", "'" + value + "'", "address"});
    for (const std::string value : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "::1/129", "10.0.0.0/x"})
      all.push_back({name + " " + value, "RTMPT100", "'" + value + "'", "bits"});
    for (const std::string value : {"10.0.0.0/255.0.255.0", "::1/255.0.0.0"})
      all.push_back({name + " " + value, "RTMPT100", "'" + value + "'", "mask"});
    for (const std::string value : {"0.0.0.0/0", "::/0"})
      all.push_back({name + " " + value, "RTMPT100", "'" + value + "'", "everybody would be trusted"});
  }
  for (const std::string name : {"RPAFheader", "RPAF_Header"})
    for (const std::string value : {"\"X Forwarded\"", "X-Forwarded-For:", "X,Y"})
      all.push_back({name + " " + value, "RTMPT102", name, "name of a header"});
  for (const std::string name :
       {"RPAFenable", "RPAF_Enable", "RPAFsethostname", "RPAF_SetHostName", "RPAF_SetHTTPS", "RPAF_SetPort",
        "RPAF_ForbidIfNotProxy", "RPAF_CleanHeaders", "RPAFproxyProtocol", "RPAF_ProxyProtocol"})
    for (const std::string value : {"Perhaps", "1"})
      all.push_back({name + " " + value, "RTMPT103", name, "On or Off"});
  return all;
}

HttpdOptions with_global(const std::string& global) {
  HttpdOptions options;
  options.global = "Header always set X-Client \"expr=%{REMOTE_ADDR} %{HTTPS} %{SERVER_PORT}\"\n" + global;
  return options;
}

std::string client_seen(const HttpdFixture& httpd, const std::string& headers) {
  HttpConnection connection(httpd.plain());
  return connection.exchange(get("/", headers)).header("X-Client").value_or("none");
}

const std::string kSaid = "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-HTTPS: on\r\nX-Forwarded-Port: 8443\r\n";

} // namespace

TEST_CASE("A bad RPAF directive fails the configuration test, with its value and what was expected") {
  for (const auto& bad : bad_directives()) {
    CAPTURE(bad);
    const auto result = HttpdFixture(with_global(bad.text + "\n")).configtest();
    CAPTURE(result.output);
    CHECK(result.exit_code != 0);
    for (const auto& part : {bad.id + ": ", bad.value, bad.expected, bad.text.substr(0, bad.text.find(' '))})
      CHECK(result.output.find(part) != std::string::npos);
  }
}

TEST_CASE("Good RPAF directives pass the configuration test, in the server and in a virtual host") {
  std::string all;
  for (const std::string name : {"RPAFproxy_ips", "RPAF_ProxyIPs", "rpafproxy_ips"})
    all += name + " 127.0.0.1 ::1 10.0.0.0/8 10.0.0.7/255.0.0.0\n" + name + " 2001:db8::/32 ::ffff:192.0.2.0/120\n";
  for (const std::string name :
       {"RPAFenable", "RPAF_Enable", "RPAFsethostname", "RPAF_SetHostName", "RPAF_SetHTTPS", "RPAF_SetPort",
        "RPAF_ForbidIfNotProxy", "RPAF_CleanHeaders", "RPAFproxyProtocol", "RPAF_ProxyProtocol"})
    all += name + " On\n" + name + " off\n";
  all += "RPAFheader X-Real-IP\nRPAF_Header Forwarded\n";
  HttpdOptions options = with_global(all);
  options.site = all;
  const auto result = HttpdFixture(options).configtest();
  CAPTURE(result.output);
  CHECK(result.exit_code == 0);
}

TEST_CASE("No RPAF directive is for a directory") {
  for (const std::string section : {"<Directory />", "<Location />"}) {
    const auto result =
        HttpdFixture(with_global(section + "\nRPAFenable On\n</" + section.substr(1, section.find(' ') - 1) + ">\n"))
            .configtest();
    CAPTURE(section, result.output);
    CHECK(result.exit_code != 0);
    CHECK(result.output.find("RPAFenable not allowed") != std::string::npos);
  }
}

TEST_CASE("RPAFenable On without RPAFproxy_ips trusts nobody") {
  HttpdFixture httpd(with_global("RPAFenable On\nRPAF_SetHTTPS On\nRPAF_SetPort On\n"));
  httpd.error_log().expect("RTMPT164");
  httpd.start(false);
  CHECK(client_seen(httpd, kSaid) == "127.0.0.1 off 80");
}

TEST_CASE("A configuration file of mod_rpaf works as it is") {
  struct File {
    std::string of;
    std::string text;
    std::string seen;
  };
  const std::string of_fork = "RPAF_Enable On\nRPAF_ProxyIPs 127.0.0.1 10.0.0.0/8\nRPAF_SetHostName On\n"
                              "RPAF_SetHTTPS On\nRPAF_SetPort On\n";
  const File files[] = {
      {"mod_rpaf 0.6, Debian",
       "<IfModule rpaf_module>\nRPAFenable On\nRPAFsethostname On\nRPAFproxy_ips 127.0.0.1 ::1\n#RPAFheader X-Real-IP\n"
       "</IfModule>\n",
       "203.0.113.9 off 80"},
      {"mod_rpaf 0.6, by the name of its source",
       "<IfModule mod_rpaf-2.0.c>\nRPAFenable On\nRPAFsethostname On\nRPAFproxy_ips 127.0.0.1\nRPAFheader "
       "X-Forwarded-For\n</IfModule>\n",
       "203.0.113.9 off 80"},
      {"mod_rpaf 0.6, bare", "RPAFenable On\nRPAFsethostname On\nRPAFproxy_ips 127.0.0.1\n", "203.0.113.9 off 80"},
      {"mod_rpaf 0.8, Debian", "<IfModule rpaf_module>\n" + of_fork + "</IfModule>\n", "203.0.113.9 on 8443"},
      {"mod_rpaf 0.8, its own", "<IfModule mod_rpaf.c>\n" + of_fork + "RPAF_Header X-Forwarded-For\n</IfModule>\n",
       "203.0.113.9 on 8443"},
      {"mod_rpaf 0.8, bare", of_fork, "203.0.113.9 on 8443"},
  };
  for (const auto& file : files) {
    CAPTURE(file.of);
    HttpdFixture httpd(with_global(file.text));
    httpd.start(false);
    CHECK(client_seen(httpd, kSaid) == file.seen);
    httpd.graceful();
    httpd.restart();
    CHECK(client_seen(httpd, kSaid) == file.seen);
  }
}

TEST_CASE("httpd does not start with another module that has a directive of mod_rpaf") {
  for (const bool first : {true, false}) {
    auto options = with_global("RPAFenable On\nRPAFproxy_ips 127.0.0.1\n");
    const std::string load = "LoadModule rpaf_module " + built::other_rpaf_module() + "\n";
    options.global = first ? load + options.global : options.global + load;
    HttpdFixture httpd(options);
    const auto result = httpd.configtest();
    CAPTURE(first, result.output);
    CHECK(result.exit_code != 0);
    for (const std::string part : {"RTMPT104", "other_rpaf_module.cpp", "RPAFenable", "LoadModule"})
      CHECK(result.output.find(part) != std::string::npos);
  }
}

TEST_CASE("RPAFproxyProtocol is one setting for an address and port, and somebody must be trusted there") {
  struct Case {
    std::string global;
    std::string first;  // in the first virtual host of the address
    std::string second; // in another one there
    std::string other;  // in the one of another address
    std::string id;     // "": good
    std::string reason;
  };
  const std::string trust = "RPAFenable On\nRPAFproxy_ips 127.0.0.2\n";
  const std::string on = "RPAFproxyProtocol On\n";
  const std::string off = "RPAFproxyProtocol Off\n";
  const Case cases[] = {
      {trust + on, "", "", "", "", "inherited by all"},
      {trust, on, "", "", "", "the first alone"},
      {trust, on, on, "", "", "the first and another"},
      {trust, off, off, on, "", "another address"},
      {trust + on, off, off, "", "", "off at one address"},
      {trust + on, off, "", "", "", "the second only inherits what the first does not have"},
      {trust + off, on, "", "", "", "likewise"},
      {"", trust + on, "RPAFenable Off\n", "", "", "the second need not believe anybody"},
      {trust, on, off, "", "RTMPT116: RPAFproxyProtocol Off in virtual host second", "the second says otherwise"},
      {trust, off, on, "", "RTMPT116: RPAFproxyProtocol On in virtual host second", "the second says otherwise"},
      {trust, "", on, "", "RTMPT116: RPAFproxyProtocol On in virtual host second", "the first has the default"},
      {trust + on, "", off, "", "RTMPT116: RPAFproxyProtocol Off in virtual host second", "the first inherits"},
      {on, "", "", "", "RTMPT115: RPAFproxyProtocol is On in virtual host first", "nobody is believed"},
      {"RPAFenable On\n" + on, "", "", "", "RTMPT115: RPAFproxyProtocol is On in virtual host first", "no list"},
      {"RPAFproxy_ips 127.0.0.2\n" + on, "", "", "", "RTMPT115: ", "RPAFenable is Off"},
      {trust, "RPAFenable Off\n" + on, "", "", "RTMPT115: RPAFproxyProtocol is On in virtual host first", "and here"},
      {on, trust, "", "", "RTMPT115: RPAFproxyProtocol is On in virtual host ", "the others inherit it without trust"},
      {"", "", "", trust + on, "", "another address alone"},
      {"", "", "", on, "RTMPT115: RPAFproxyProtocol is On in virtual host other", "another address without trust"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.reason);
    auto options = with_global("Listen 127.0.0.1:4\nListen 127.0.0.1:5\n" + one.global);
    // `httpd -t` opens no port.
    options.more_hosts = "<VirtualHost *:4>\nServerName first\n" + one.first + "</VirtualHost>\n<VirtualHost *:4>\n" +
                         "ServerName second\n" + one.second + "</VirtualHost>\n<VirtualHost 127.0.0.1:5>\n" +
                         "ServerName other\n" + one.other + "</VirtualHost>\n";
    const auto result = HttpdFixture(options).configtest();
    CAPTURE(result.output);
    CHECK((result.exit_code == 0) == one.id.empty());
    CHECK(result.output.find(one.id.empty() ? "Syntax OK" : one.id) != std::string::npos);
    CHECK((result.output.find("RTMPT11") == std::string::npos) == one.id.empty());
  }
}
