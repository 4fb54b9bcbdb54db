// SPDX-License-Identifier: Apache-2.0
// Limits and filters of httpd that end or change ordinary connections, and must not touch a session.
#include "support/os/text_file.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

HttpdOptions on(const std::string& mpm, const std::string& site) {
  HttpdOptions options;
  options.mpm = mpm;
  options.site = site;
  return options;
}

std::vector<TunnelSession> sessions_all_ways(TunnelSite& site) {
  std::vector<TunnelSession> sessions;
  for (const auto& carriage : carriages())
    sessions.push_back(site.session(carriage));
  return sessions;
}

} // namespace

TEST_CASE("MaxKeepAliveRequests does not end a session's connection") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  TunnelSite site(on(mpm, "MaxKeepAliveRequests 5\nRTMPTIdleHold 20ms\n"));
  for (auto& session : sessions_all_ways(site)) {
    CAPTURE(session.client.headers(), session.client.endpoint().tls);
    for (int i = 0; i < 40; ++i) {
      const auto reply = i % 2 == 0 ? session.client.send("x") : session.client.idle();
      REQUIRE(reply.status == 200);
      REQUIRE_FALSE(reply.says_close());
    }
    CHECK(session.media->wait_for_bytes(20) == std::string(20, 'x'));
  }
  // It holds for pages as before.
  HttpConnection pages(site.httpd().plain());
  for (int i = 0; i < 4; ++i)
    REQUIRE_FALSE(pages.exchange(get("/")).says_close());
  HttpResponse last;
  for (int i = 0; i < 3 && !last.says_close(); ++i)
    last = pages.exchange(get("/"));
  CHECK(last.says_close());
}

TEST_CASE("KeepAliveTimeout and mod_reqtimeout do not end a session in its pauses") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  TunnelSite site(on(mpm, "KeepAliveTimeout 1\nRequestReadTimeout header=1 body=1\n"));
  auto sessions = sessions_all_ways(site);
  for (int pause = 0; pause < 2; ++pause) {
    for (auto& session : sessions)
      REQUIRE(session.client.send("x").status == 200);
    // All of them are silent for three seconds.
    CHECK_FALSE(sessions.front().client.connection().closed_by_server(Deadline(3s)));
    for (auto& session : sessions) {
      CAPTURE(session.client.headers(), session.client.endpoint().tls);
      CHECK_FALSE(session.client.connection().closed_by_server(Deadline(0ms)));
      HttpResponse reply;
      CHECK_NOTHROW(reply = session.client.idle());
      CHECK(reply.status == 200);
    }
  }
  for (auto& session : sessions) {
    CAPTURE(session.client.headers(), session.client.endpoint().tls);
    CHECK_NOTHROW(carry_both_ways(session, 20'000, 7));
  }
}

TEST_CASE("KeepAliveTimeout goes on to hold for pages of a host without streams") {
  HttpdOptions options;
  options.more_hosts = "<VirtualHost *:@PORT@>\n  ServerName without\n  RTMPTProxyPass !\n  KeepAliveTimeout 1\n"
                       "</VirtualHost>\n";
  TunnelSite site(options);
  HttpConnection page(site.httpd().plain());
  REQUIRE(page.exchange(get("/", "Host: without\r\n")).status == 200);
  CHECK(page.closed_by_server(Deadline(5s)));
}

TEST_CASE("Filters on the whole host change no byte of a stream") {
  auto options = on("event", "SetOutputFilter DEFLATE\nSetInputFilter DEFLATE\n");
  options.more_modules = {"filter", "deflate"};
  TunnelSite site(options);
  for (auto carriage : carriages()) {
    CAPTURE(carriage);
    carriage.headers += "Accept-Encoding: gzip, deflate\r\n";
    auto session = site.session(carriage);
    const auto text = std::string(5000, 'a'); // what mod_deflate likes
    session.media->send(text);
    HttpResponse reply;
    CHECK(happens([&] { return (reply = session.client.idle()).body.size() > 1; }));
    CHECK_FALSE(reply.header("Content-Encoding"));
    CHECK(session.client.poll_for(text.size()) == text);
    CHECK_NOTHROW(carry_both_ways(session, 100'000, 3));
  }
  write_file(site.httpd().document_root() / "large.txt", std::string(20'000, 'a'));
  HttpConnection page(site.httpd().plain());
  page.send(get("/large.txt", "Accept-Encoding: gzip\r\nConnection: close\r\n"));
  const auto compressed = page.receive();
  CAPTURE(compressed.head);
  CHECK(compressed.header("Content-Encoding") == "gzip"); // the filter does work here
}

TEST_CASE("An error page of the site is not shown inside a tunnel") {
  TunnelSite site(on("event", "ErrorDocument 404 \"the site's own error page\"\n"));
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    // The gateway answers the first; httpd the second, which is of no gateway that it knows.
    for (const auto& id : {unknown_id(session.client.id()), std::string(23, 'A')}) {
      CAPTURE(id);
      session.client.reconnect();
      const auto reply = session.client.connection().exchange(post(tunnel_target("idle", id, 0), "", carriage.headers));
      CHECK(reply.status == 404);
      CHECK(reply.body.find("own error page") == std::string::npos);
    }
  }
}
