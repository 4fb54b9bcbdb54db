// SPDX-License-Identifier: Apache-2.0
// Which spellings of a target are a stream: the path that httpd has parsed and authorised decides, in every way that a
// request can come.
#include "support/clients/http2_connection.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;

namespace {

// @HOST@ is the virtual host's name.
struct Spelling {
  std::string target;
  bool is_stream = false; // where nothing refuses it
};

std::vector<Spelling> spellings() {
  return {
      {"/open/1", true},
      {"/open/1?", true},
      {"/open/1?token=/x/..", true},
      {"http://@HOST@/open/1", true},
      {"HTTP://@HOST@/open/1?x", true},
      {"http://@HOST@?/open/1"},
      {"http://@HOST@?x=/open/1"},
      {"http://@HOST@#/open/1"},
      {"http://@HOST@"},
      {"http://@HOST@//open/1"},
      {"http://@HOST@/%6fpen/1"},
      {"http://@HOST@/./open/1"},
      {"http:///open/1?http://@HOST@/open/1"},
      {"//open/1"},
      {"//@HOST@/open/1"},
      {"///open/1"},
      {"/open//1"},
      {"/%6fpen/1"},
      {"/%6Fpen/1"},
      {"/open/%31"},
      {"/open%2f1"},
      {"/open%2F1"},
      {"/%2fopen/1"},
      {"/open/1%00"},
      {"/open/1%20"},
      {"/open/1%3f"},
      {"/./open/1"},
      {"/open/./1"},
      {"/x/../open/1"},
      {"/open/x/../1"},
      {"/open/1/"},
      {"/open/1/."},
      {"/open/1/x/.."},
      {"/x/%2e%2e/open/1"},
      {"/../open/1"},
      {"/open/1;x=y"},
      {"/open;x/1"},
      {"/open/1#x"},
      {"/OPEN/1"},
      {"\\open\\1"},
      {"/?/open/1"},
      {"?/open/1"},
      {"*"},
      {"open/1"},
      {"@HOST@:80"},
      {"@HOST@/open/1"},
  };
}

struct Host {
  std::string name;
  bool is_denied;
};

const std::vector<Host>& hosts() {
  static const std::vector<Host> list{{"pass", false},        {"proxy", false},          {"denied-pass", true},
                                      {"denied-proxy", true}, {"odd-denied-pass", true}, {"odd-denied-proxy", true}};
  return list;
}

std::string host_section(const Host& host, const std::string& port, const std::string& backend) {
  std::string text = "<VirtualHost *:" + port + ">\n  ServerName " + host.name + "\n";
  if (port == "@TLS_PORT@")
    text += "  SSLEngine on\n  SSLCertificateFile @ROOT@/certificate.pem\n  SSLCertificateKeyFile @ROOT@/key.pem\n";
  text += host.name.ends_with("proxy") ? "  ProxyPass / " + backend + "/\n" : "  RTMPTProxyPass " + backend + "\n";
  if (host.name.starts_with("odd")) text += "  MergeSlashes Off\n  AllowEncodedSlashes On\n";
  if (host.is_denied) text += "  <Location \"/open\">\n    Require all denied\n  </Location>\n";
  return text + "</VirtualHost>\n";
}

HttpdOptions site_for(const ScriptedBackend& backend) {
  HttpdOptions options;
  options.more_modules = {"http2"};
  options.global = "Protocols h2c http/1.1\n";
  for (const auto& host : hosts())
    for (const std::string port : {"@PORT@", "@TLS_PORT@"})
      options.more_hosts += host_section(host, port, backend.url());
  return options;
}

// Takes away the connections that a stream made at the backend, and says whether there were any. The gateway connects
// before a client is answered.
bool reached_backend(ScriptedBackend& backend) {
  bool reached = false;
  while (backend.has_connection(Deadline(std::chrono::milliseconds{0}))) {
    backend.accept();
    reached = true;
  }
  return reached;
}

// "<id>\n"; the site's own page is another text.
bool is_session(const std::string& body) {
  return body.size() == 24 && body.back() == '\n';
}

struct Outcome {
  int status = 0; // 0: the server closed the connection instead of answering
  bool opened = false;
};

Outcome ask(const Endpoint& endpoint, const std::string& request) {
  HttpConnection connection(endpoint);
  try {
    const auto answer = connection.exchange(request);
    return {answer.status, answer.status == 200 && is_session(answer.body)};
  } catch (const TimedOut&) {
    throw;
  } catch (const std::runtime_error&) {
    return {};
  }
}

bool opens_over_http2(const Endpoint& endpoint, const std::string& host, const std::string& path,
                      const std::string& scheme) {
  Http2Connection connection(endpoint);
  try {
    const auto stream = connection.post(host, path, {{"content-length", "1"}}, std::string(1, '\0'), scheme);
    return connection.is_ok(stream) && is_session(connection.body(stream));
  } catch (const TimedOut&) {
    throw;
  } catch (const std::runtime_error&) { // reset: no request in the eyes of HTTP/2
    return false;
  }
}

// Refusals by Require and of bad paths; one certificate serves all names.
constexpr const char* kExpectedLines = "AH01630|AH10244|AH01909";

} // namespace

TEST_CASE("A target is a stream in the one spelling that httpd authorises, and Require holds for every other") {
  ScriptedBackend backend;
  HttpdFixture httpd(site_for(backend));
  httpd.error_log().allow(kExpectedLines);
  httpd.start();
  for (const auto& carriage : carriages()) {
    for (const auto& host : hosts()) {
      for (const auto& spelling : spellings()) {
        const auto target = replace_all(spelling.target, "@HOST@", host.name);
        CAPTURE(carriage, host.name, target);
        const auto outcome = ask(carriage.tls ? httpd.tls() : httpd.plain(),
                                 post(target, std::string(1, '\0'), "Host: " + host.name + "\r\n" + carriage.headers));
        const bool wanted = spelling.is_stream && !host.is_denied;
        CHECK(outcome.opened == wanted);
        CHECK(reached_backend(backend) == wanted);
        if (spelling.is_stream && host.is_denied) CHECK(outcome.status == 403);
      }
    }
  }
}

TEST_CASE("Over HTTP/2 it is the same, whatever :path and :scheme say") {
  ScriptedBackend backend;
  HttpdFixture httpd(site_for(backend));
  httpd.error_log().allow(kExpectedLines);
  httpd.start();
  for (const std::string scheme : {"http", "https", "foo"}) {
    for (const auto& host : hosts()) {
      for (const auto& spelling : spellings()) {
        if (spelling.target.find("://") != std::string::npos && scheme != "http") continue;
        const auto path = replace_all(spelling.target, "@HOST@", host.name);
        CAPTURE(scheme, host.name, path);
        const bool opened = opens_over_http2(httpd.plain(), host.name, path, scheme);
        const bool reached = reached_backend(backend);
        CHECK(reached == opened);
        if (host.is_denied || !spelling.is_stream) CHECK_FALSE(opened);
        if (!host.is_denied && spelling.target == "/open/1" && scheme == "http") CHECK(opened);
      }
    }
  }
}
