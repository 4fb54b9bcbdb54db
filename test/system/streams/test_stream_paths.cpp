// SPDX-License-Identifier: Apache-2.0
// What other modules make of a question about a stream: its path, its Host and its answer.
#include "rtmp/ask_site.hpp"
#include "support/clients/http_connection.hpp"
#include "support/os/text_file.hpp"

#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::test;
namespace protocol = rtmpt_proxy::protocol;

namespace {

HttpdOptions rewritten_streams(const std::string& rules) {
  HttpdOptions options = streaming(rules);
  options.more_modules = {"rewrite"};
  return options;
}

// A site whose refusals are no fault, and the key of its first virtual host.
struct StreamSite : AskSite {
  explicit StreamSite(const HttpdOptions& options) : AskSite(options), vhost(vhost_key(httpd().plain())) {
    httpd().error_log().allow("RTMPT193");
  }

  int publish(const std::string& path) { return ask("PUBLISH", path, vhost).status; }
  int play(const std::string& path) { return ask("PLAY", path, vhost).status; }

  std::string vhost;
};

} // namespace

TEST_CASE("RewriteRule in a <Location> compares the stream's own path") {
  const std::string engine = "RewriteEngine On\n";
  StreamSite site(rewritten_streams("<Location \"/live\">\n" + engine +
                                    "RewriteRule \"secret$\" - [F]\nRewriteRule \"/hidden$\" - [F]\n"
                                    "RewriteRule \"^alone$\" - [F]\n</Location>\n"
                                    "<LocationMatch \"^/rooms/\">\n" +
                                    engine + "RewriteRule \"!/(red|blue)$\" - [F]\n</LocationMatch>\n" +
                                    "<LocationMatch \"^/closed\">\n" + engine +
                                    "RewriteRule \"/closed$\" - [F]\n</LocationMatch>\nRTMPTAuthorize On\n"));
  CHECK(site.publish("/live/cam1") == 200);
  CHECK(site.publish("/live/secret") == 403);
  CHECK(site.play("/live/secret") == 403);
  CHECK(site.publish("/live/hidden") == 403);
  CHECK(site.publish("/live/alone") == 403);
  CHECK(site.publish("/rooms/red") == 200);
  CHECK(site.publish("/rooms/green") == 403);
  CHECK(site.ask("OPEN", "/closed", site.vhost).status == 403);
  CHECK(site.open("/closed").status == 403);
  CHECK(site.open("/live").status == 200);
}

TEST_CASE("ProxyPass with mapping= leaves no path encoded") {
  const std::string mapping = GENERATE("encoded", "servlet");
  CAPTURE(mapping);
  StreamSite site(rewritten_streams("ProxyPass \"/live\" \"http://127.0.0.1:9/live\" mapping=" + mapping + "\n" +
                                    "<Location \"/live/a b\">\nRequire all denied\n</Location>\n"
                                    "RTMPTAuthorize On\n"));
  site.httpd().error_log().expect("AH01630");
  CHECK(site.publish("/live/a%20b") == 403);
  CHECK(site.play("/live/a%20b") == 403);
  CHECK(site.publish("/live/a%20c") == 200);
  CHECK(site.ask("OPEN", "/live/a%20b", site.vhost).status == 403);
  CHECK(site.open("/live/a%20b").status == 403);
}

TEST_CASE("Questions go to the Host that the session was opened with, whatever RequestHeader makes of it") {
  const std::string early = GENERATE("", " early");
  CAPTURE(early);
  HttpdOptions options = rewritten_streams("RequestHeader set Host elsewhere.example" + early +
                                           "\nRTMPTAuthorize On\nRTMPTHandOver Off\n");
  StreamSite site(options);
  CHECK(has_note(site.open("/live"), "host=localhost vhost=" + site.vhost));
  HttpConnection client(site.httpd().plain());
  CHECK(client.exchange("POST /open/1 HTTP/1.1\r\nHost: localhost:99\r\nContent-Length: 1\r\n\r\nx").status == 200);
  CHECK(has_note(site.send(""), "host=localhost:99 vhost=" + site.vhost));
  CHECK(site.publish("/live/cam1") == 200);
}

TEST_CASE("A module that ends a question does not answer it") {
  HttpdOptions options = rewritten_streams("<Location \"/ended\">\nLuaHookFixups @ROOT@/done.lua end_it\n</Location>\n"
                                           "RTMPTAuthorize On\n");
  options.more_modules.push_back("lua");
  StreamSite site(options);
  write_file(site.httpd().root() / "done.lua", "require 'apache2'\nfunction end_it(r)\n  return apache2.DONE\nend\n");
  const std::string yes = "HTTP/1.1 " + std::string(protocol::kAskAllowed) + "\r\n";
  CHECK(site.ask("PUBLISH", "/live/cam1", site.vhost).text.starts_with(yes));
  CHECK(site.open("/live").text.starts_with(yes));
  const AskAnswer ended = site.ask("PUBLISH", "/ended/cam1", site.vhost);
  CHECK(ended.status == 200); // httpd's own word, by which the gateway lets nobody in
  CHECK_FALSE(ended.text.starts_with(yes));
}
