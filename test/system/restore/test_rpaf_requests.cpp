// SPDX-License-Identifier: Apache-2.0
// What httpd and its other modules make of a restored request: redirects, error documents, subrequests, logs.
#include "restore/rpaf/rpaf_site.hpp"
#include "support/os/text_file.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;

namespace {

constexpr const char* kDirectives = R"(
ErrorDocument 404 /facts.shtml
<Location "/encrypted.html">
  RewriteEngine On
  RewriteCond %{HTTPS} !=on
  RewriteRule ^ - [F]
</Location>
CustomLog @ROOT@/logs/https.log "%{X-Tag}i %a" "expr=%{HTTPS} == 'on'"
)";

const std::string kClient = "X-Forwarded-For: 203.0.113.9\r\n";

RpafSite with_modules(const std::string& mpm = "event") {
  return RpafSite(mpm, {"rewrite"}, kDirectives);
}

HttpResponse ask(RpafSite& site, const std::string& path, const std::string& headers,
                 const std::string& from = "127.0.0.1") {
  HttpConnection connection(site.endpoint(from));
  return connection.exchange(get(path, headers));
}

} // namespace

TEST_CASE("A redirect of httpd's own leads to the client's scheme, host and port") {
  auto site = with_modules();
  const auto location = [&](const std::string& headers) {
    return ask(site, "/folder", headers).header("Location").value_or("none");
  };
  const std::string host = "Host: full\r\n";
  CHECK(location(host) == "http://full/folder/");
  CHECK(location(host + "X-Forwarded-Proto: https\r\n") == "https://full/folder/");
  CHECK(location(host + "X-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\n") == "https://full/folder/");
  CHECK(location(host + "X-Forwarded-Proto: https\r\nX-Forwarded-Port: 8443\r\n") == "https://full:8443/folder/");
  CHECK(location(host + "X-Forwarded-Port: 8080\r\n") == "http://full:8080/folder/");
  CHECK(location(host + "X-Forwarded-Host: full:81\r\n") == "http://full:81/folder/");
  CHECK(location(host + "X-Forwarded-Host: clean\r\nX-Forwarded-Proto: https\r\n") == "https://clean/folder/");
  CHECK(location("Host: plain\r\nX-Forwarded-Proto: https\r\n") == "http://plain/folder/");
}

TEST_CASE("Error documents and parts of a page are of the same client") {
  auto site = with_modules();
  write_file(site.httpd().document_root() / "whole.shtml", "<!--#include virtual=\"/facts.shtml\" -->");
  const std::string said = "Host: full\r\n" + kClient + "X-Forwarded-Proto: https\r\nX-Forwarded-Port: 8443\r\n";
  const std::string facts = "203.0.113.9 full full 8443 on https";
  const auto missing = ask(site, "/missing", said);
  CHECK(missing.status == 404);
  CHECK(missing.body == facts);
  CHECK(ask(site, "/whole.shtml", said).body == facts);
  // An error document is no second chance for a client that is not restored.
  CHECK(ask(site, "/missing", said, "127.0.0.3").body == "127.0.0.3 full full 80 (none) http");
}

TEST_CASE("mod_rewrite sees the client's HTTPS") {
  auto site = with_modules();
  const std::string host = "Host: full\r\n";
  CHECK(ask(site, "/encrypted.html", host).status == 403);
  CHECK(ask(site, "/encrypted.html", host + "X-Forwarded-Proto: http\r\n").status == 403);
  CHECK(ask(site, "/encrypted.html", host + "X-Forwarded-Proto: https\r\n", "127.0.0.3").status == 403);
  write_file(site.httpd().document_root() / "encrypted.html", kPageText);
  CHECK(ask(site, "/encrypted.html", host + "X-Forwarded-Proto: https\r\n").body == kPageText);
  // The answer is no longer there for the next request on the connection.
  HttpConnection connection(site.endpoint("127.0.0.1"));
  for (int i = 0; i < 5; ++i) {
    CHECK(connection.exchange(get("/encrypted.html", host + "X-Forwarded-Proto: https\r\n")).status == 200);
    CHECK(connection.exchange(get("/encrypted.html", host)).status == 403);
  }
}

TEST_CASE("A log that asks for HTTPS gets each pipelined request's own") {
  // Each MPM has its own way from one pipelined request to the next.
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  auto site = with_modules(mpm);
  HttpConnection connection(site.endpoint("127.0.0.1"));
  std::string requests;
  for (int i = 0; i < 60; ++i)
    requests += get("/", "Host: full\r\nX-Tag: " + std::string(i % 2 ? "plain" : "secret") + "\r\n" +
                             (i % 2 ? "" : "X-Forwarded-Proto: https\r\n"));
  connection.send(requests);
  for (int i = 0; i < 60; ++i)
    CHECK(connection.receive().status == 200);
  const auto log = [&] { return lines_of(read_file(site.httpd().root() / "logs/https.log")); };
  CHECK(happens([&] { return log().size() >= 30; }));
  CHECK(happens([&] { return lines_of(read_file(site.httpd().root() / "logs/addresses.log")).size() >= 60; }));
  CHECK(log() == std::vector<std::string>(30, "secret 127.0.0.1"));
}

TEST_CASE("Between proxy and httpd there may be TLS, and the client's scheme is another") {
  auto site = with_modules();
  auto connection = HttpConnection(site.httpd().tls());
  const auto facts = [&](const std::string& headers) { return connection.exchange(get(kFactsPath, headers)).body; };
  CHECK(facts(kClient) == "203.0.113.9 localhost localhost 443 on https");
  CHECK(facts(kClient + "X-Forwarded-Proto: http\r\n") == "203.0.113.9 localhost localhost 80 (none) http");
  CHECK(facts("") == "127.0.0.1 localhost localhost 443 on https");
  CHECK(facts(kClient + "X-Forwarded-Proto: https\r\n") == "203.0.113.9 localhost localhost 443 on https");
  const auto expression = connection.exchange(get("/", kClient + "X-Forwarded-Proto: http\r\n")).header("X-Expr");
  CHECK(expression == "203.0.113.9 127.0.0.1 off http 80");
}

TEST_CASE("RPAF_CleanHeaders removes what was read, and of nobody who is not trusted") {
  auto site = with_modules();
  std::string page;
  std::string headers;
  for (const std::string name : {"FORWARDED_FOR", "FORWARDED_HOST", "HOST", "FORWARDED_HTTPS", "HTTPS",
                                 "FORWARDED_PROTO", "FORWARDED_PORT", "PORT", "OTHER"}) {
    page += "<!--#echo var=\"HTTP_X_" + name + "\" --> ";
    headers += "X-" + replace_all(name, "_", "-") + ": 1\r\n"; // names of headers have no case
  }
  write_file(site.httpd().document_root() / "headers.shtml", page);
  const auto seen = [&](const std::string& host, const std::string& from) {
    return ask(site, "/headers.shtml", "Host: " + host + "\r\n" + headers, from).body;
  };
  const std::string none = "(none) ";
  CHECK(seen("full", "127.0.0.1") == "1 1 1 1 1 1 1 1 1 ");
  CHECK(seen("clean", "127.0.0.1") == none + none + none + none + none + none + none + none + "1 ");
  CHECK(seen("clean", "127.0.0.3") == "1 1 1 1 1 1 1 1 1 ");
}

TEST_CASE("A client that RPAF_ForbidIfNotProxy refuses gets a whole answer") {
  auto site = with_modules();
  HttpConnection connection(site.endpoint("127.0.0.3"));
  const auto refused = connection.exchange(get("/", "Host: guarded\r\n"));
  CHECK(refused.status == 403);
  CHECK(refused.body.find("Forbidden") != std::string::npos);
  CHECK(site.httpd().error_log().count("RTMPT105: 403 for 127.0.0.3: .* virtual host guarded", 1) == 1);
}
