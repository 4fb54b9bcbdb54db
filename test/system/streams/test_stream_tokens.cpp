// SPDX-License-Identifier: Apache-2.0
// Require stream-token: what a signed link opens, and what configtest says of the file of keys.
#include "local/keyed_digest.hpp"
#include "rtmp/ask_site.hpp"
#include "support/clients/http_connection.hpp"
#include "support/os/temp_dir.hpp"
#include "support/os/text_file.hpp"
#include "test/support/count_in.hpp"

#include <rtmpt_proxy/policy/tokens/stream_token.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

using namespace rtmpt_proxy::test;
namespace policy = rtmpt_proxy::policy;
namespace fs = std::filesystem;

namespace {

const std::string kSecret = "hushhush-0123456789abcdef-0123456789abcdef";
const policy::TokenKeys kKeys{{"a", kSecret + "a"}, {"b", kSecret + "b"}, {"c", kSecret + "c"}};
constexpr const char* kRules = "<Location \"/live\">\nRequire stream-token\n</Location>\n";

std::uint64_t now() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

struct Link {
  std::string method = "PUBLISH";
  std::string host = "localhost";
  std::string path = "/live/cam1";
  std::int64_t life = 3600;
  std::string address{};
  std::size_t key = 0;
};

std::string query_of(const Link& link) {
  const auto expires = static_cast<std::uint64_t>(static_cast<std::int64_t>(now()) + link.life);
  return policy::signed_query(kKeys[link.key], {link.method, link.host, link.path, expires, link.address},
                              rtmpt_proxy::local::keyed_digest);
}

std::string header_of(const std::string& query) {
  return "RTMPT-Query: " + query + "\r\n";
}

void write_keys(const fs::path& file, const std::vector<std::size_t>& which) {
  std::string text = "# keys of the test\n";
  for (const std::size_t index : which)
    text += kKeys[index].id + " " + kKeys[index].secret + "\n";
  write_file(file, text);
  fs::permissions(file, fs::perms(0600));
}

class KeyFolder {
 public:
  KeyFolder() { write_keys(file(), {0, 1}); }
  fs::path file() const { return dir_.path() / "stream-keys"; }
  std::string line() const { return "RTMPTTokenKeys " + file().string() + "\n"; }

 private:
  TempDir dir_;
};

HttpdOptions with_modules(HttpdOptions options, std::vector<std::string> modules) {
  options.more_modules = std::move(modules);
  return options;
}

struct TokenSite : KeyFolder, AskSite {
  explicit TokenSite(const std::string& rules = kRules, std::vector<std::string> modules = {})
      : AskSite(with_modules(streaming(line() + rules), std::move(modules))), vhost(vhost_key(httpd().plain())) {
    httpd().error_log().allow("RTMPT193|AH01630");
  }

  int publish(const std::string& path, const std::string& query) {
    return ask("PUBLISH", path, vhost, header_of(query)).status;
  }
  int play(const std::string& path, const std::string& query) {
    return ask("PLAY", path, vhost, header_of(query)).status;
  }

  std::string vhost;
};

CommandResult configtest(const std::string& lines) {
  HttpdOptions options;
  options.plain_site = "RTMPTProxyPass rtmp://127.0.0.1:19350\n" + lines;
  return HttpdFixture(options).configtest();
}

} // namespace

TEST_CASE("A token opens the stream that it was signed for, and nothing else") {
  TokenSite site;
  CHECK(site.publish("/live/cam1", query_of({})) == 200);
  CHECK(site.publish("/live/cam1", query_of({.key = 1})) == 200);
  CHECK(site.publish("/live/cam1", "a=b&" + query_of({.address = "192.0.2.7"}) + "&c=d") == 200);
  CHECK(site.publish("/live/cam1", query_of({.path = "/live/"})) == 200);
  CHECK(site.publish("/live/cam1", query_of({.life = -30})) == 200); // clocks may differ by a minute
  CHECK(site.play("/live/cam1", query_of({.method = "PLAY"})) == 200);

  CHECK(site.publish("/live/cam1", "") == 403);
  CHECK(site.publish("/live/cam1", "key=1") == 403);
  CHECK(site.publish("/live/cam1", query_of({.method = "PLAY"})) == 403);
  CHECK(site.play("/live/cam1", query_of({})) == 403);
  CHECK(site.publish("/live/cam2", query_of({})) == 403);
  CHECK(site.publish("/live/cam1", query_of({.host = "other.example"})) == 403);
  CHECK(site.publish("/live/cam1", query_of({.address = "192.0.2.8"})) == 403);
  CHECK(site.publish("/live/cam1", query_of({.life = -120})) == 403);
  CHECK(site.publish("/live/cam1", query_of({.key = 2})) == 403); // is not in the file
  CHECK(site.publish("/live/cam1", query_of({}) + "0") == 403);
  CHECK(site.publish("/live/cam1", query_of({}) + "&" + query_of({})) == 403);
  CHECK(site.publish("/elsewhere/cam1", "") == 200); // no rule there
}

TEST_CASE("Why a token opens nothing is in the line about the refused client") {
  TokenSite site;
  for (const std::string why : {"it has no token", "its token is not written as one", "its token has expired",
                                "its token names a key that there is not", "its token is for another method"})
    site.httpd().error_log().expect("RTMPT193: 403 for client 192.0.2.7.* publish live/cam1 at .*: " + why);
  for (const std::string& query : {std::string(), std::string("token=1&expires=2"), query_of({.life = -120}),
                                   query_of({.key = 2}), query_of({.path = "/live/cam2"})})
    CHECK(site.publish("/live/cam1", query) == 403);
}

TEST_CASE("Connecting needs no token, and what is no stream gets in with none") {
  TokenSite site;
  CHECK(site.open("/live").status == 200);
  CHECK(site.ask("OPEN", "/live", site.vhost).status == 200);
  HttpConnection other(site.httpd().plain());
  CHECK(other.exchange(post("/live/cam1?" + query_of({}), "x")).status == 403);
}

TEST_CASE("A rule for all of the site lets RTMPT's own requests through") {
  TokenSite site("RTMPTHandOver Off\n<Location \"/\">\nRequire stream-token\n</Location>\n");
  HttpConnection client(site.httpd().plain());
  CHECK(client.exchange(post("/open/1", "x")).status == 200);
  CHECK(client.exchange(post("/idle/aaaaaaaaaaaaaaaaaaaaaaa/1", "x")).status != 403);
  CHECK(site.open("/live").status == 200);
  CHECK(site.publish("/live/cam1", "") == 403);
  CHECK(site.publish("/live/cam1", query_of({})) == 200);
}

TEST_CASE("Where httpd asks nobody about streams, a rule for tokens lets nobody in") {
  TokenSite site(std::string("RTMPTAuthorize Off\n") + kRules);
  CHECK(site.open("/live").status == 403);
}

TEST_CASE("A token behind the application must be for all of it, and one behind the name goes first") {
  TokenSite site;
  const auto publish = [&](const std::string& app_query, const std::string& query) {
    return site.ask("PUBLISH", "/live/cam1", site.vhost, "RTMPT-App-Query: " + app_query + "\r\n" + header_of(query))
        .status;
  };
  CHECK(publish(query_of({.path = "/live/"}), "") == 200);
  CHECK(publish(query_of({}), "") == 403);
  CHECK(publish(query_of({}), query_of({})) == 200);
  CHECK(publish(query_of({.path = "/live/"}), query_of({.path = "/live/cam2"})) == 403);
}

TEST_CASE("A viewer's GET plays: the same token opens it, with .flv behind the name or without") {
  TokenSite site;
  const std::string play = query_of({.method = "PLAY"});
  const auto fetched = [&](const std::string& target) { return fetch(site.httpd().plain(), target).status; };
  CHECK(fetched("/live/cam1.flv?" + play) == 404); // let in, and there is no such file
  CHECK(fetched("/live/cam1?" + play) == 404);
  CHECK(fetched("/live/cam1.flv") == 403);
  CHECK(fetched("/live/cam2.flv?" + play) == 403);
  CHECK(fetched("/live/cam1.flv?" + query_of({})) == 403); // to publish
  CHECK(fetched("/live/cam1.flv?" + query_of({.method = "PLAY", .life = -120})) == 403);
  site.httpd().error_log().wait_for("RTMPT484: a request for a stream is refused: its token has expired");
}

TEST_CASE("Keys change at a graceful restart, and two are good meanwhile") {
  TokenSite site;
  const std::string of_old = query_of({});
  const std::string of_both = query_of({.key = 1});
  const std::string of_new = query_of({.key = 2});
  CHECK(site.publish("/live/cam1", of_old) == 200);
  CHECK(site.publish("/live/cam1", of_both) == 200);
  CHECK(site.publish("/live/cam1", of_new) == 403);
  write_keys(site.file(), {1, 2});
  CHECK(site.publish("/live/cam1", of_old) == 200); // not before httpd reloads
  site.httpd().graceful();
  REQUIRE(happens([&] { return site.publish("/live/cam1", of_new) == 200; })); // children of before are gone
  CHECK(site.publish("/live/cam1", of_both) == 200);
  CHECK(site.publish("/live/cam1", of_old) == 403);
}

TEST_CASE("No log has a token or a key") {
  TokenSite site;
  const std::string token = query_of({});
  const std::string hmac = token.substr(token.find('.') + 1, 64);
  CHECK(site.publish("/live/cam1", token) == 200);
  CHECK(site.publish("/live/cam2", token) == 403);
  CHECK(site.ask("PUBLISH", "/live/cam1", site.vhost, "RTMPT-App-Query: " + token + "\r\n").status == 403);
  const std::string play = query_of({.method = "PLAY"});
  const std::string played = play.substr(play.find('.') + 1, 64);
  CHECK(fetch(site.httpd().plain(), "/live/cam1.flv?" + play).status == 404);
  CHECK(fetch(site.httpd().plain(), "/live/cam2.flv?" + play).status == 403);
  CHECK(site.httpd().access_count("GET /live/cam1.flv HTTP", 1) == 1);
  site.httpd().stop();
  for (const auto& file : fs::recursive_directory_iterator(site.httpd().root() / "logs")) {
    if (!file.is_regular_file()) continue;
    CAPTURE(file.path().string());
    const std::string text = read_file(file.path());
    CHECK(text.find(hmac) == std::string::npos);
    CHECK(text.find(played) == std::string::npos);
    CHECK(text.find("hushhush") == std::string::npos);
  }
}

TEST_CASE("No log has the token of a viewer whose request never comes to the rule") {
  TokenSite site("RewriteEngine On\nRewriteRule ^/moved/(.*)$ /elsewhere/$1? [R=302,L]\n" + std::string(kRules) +
                     "<Location \"/live/closed\">\nRequire all denied\n</Location>\n",
                 {"rewrite"});
  const std::string token = query_of({.method = "PLAY", .path = "/live/"});
  const std::string hmac = token.substr(token.find('.') + 1, 64);
  const auto fetched = [&](const std::string& target) { return fetch(site.httpd().plain(), target).status; };
  CHECK(fetched("/live/closed/cam1.flv?" + token) == 403);
  CHECK(fetched("/elsewhere/cam1.flv?" + token) == 404);
  CHECK(fetched("/moved/cam1.flv?" + token) == 302);
  HttpConnection unreadable(site.httpd().plain());
  CHECK(
      unreadable.exchange("GET /live/cam1.flv?" + token + " HTTP/1.1\r\nHost: localhost\r\nno header\r\n\r\n").status ==
      400);
  CHECK(fetched("/elsewhere/page?a=b") == 404);
  CHECK(site.httpd().access_count("GET /moved/cam1.flv HTTP", 1) == 1);
  CHECK(site.httpd().access_count("GET /elsewhere/page[?]a=b HTTP", 1) == 1); // no token, so as it came
  site.httpd().stop();
  for (const auto& file : fs::recursive_directory_iterator(site.httpd().root() / "logs")) {
    if (!file.is_regular_file()) continue;
    CAPTURE(file.path().string());
    CHECK(read_file(file.path()).find(hmac) == std::string::npos);
  }
}

TEST_CASE("configtest says what is wrong with a file of keys, and quotes no secret") {
  const TempDir dir;
  const fs::path file = dir.path() / "keys";
  const std::string line = "RTMPTTokenKeys " + file.string() + "\n" + kRules;
  const auto check = [&](const std::string& words) {
    const CommandResult result = configtest(line);
    CAPTURE(result.output);
    CHECK(result.exit_code != 0);
    CHECK(count_in(result.output, "RTMPT480: RTMPTTokenKeys '" + file.string() + "': the file " + words) == 1);
    CHECK(result.output.find("hushhush") == std::string::npos);
  };
  check("cannot be read: No such file or directory");
  const std::string good = "a " + kSecret + "\n";
  const auto write = [&](const std::string& text, unsigned mode) {
    fs::remove(file);
    write_file(file, text);
    fs::permissions(file, fs::perms(mode));
  };
  for (const unsigned mode : {0644u, 0604u, 0620u, 0602u, 0660u}) {
    write(good, mode);
    CAPTURE(mode);
    check("has the mode 0" + std::to_string(mode / 64) + std::to_string(mode / 8 % 8) + std::to_string(mode % 8) +
          ", by which others may read or change it: expected 0600 or 0640");
  }
  write(kSecret, 0600);
  check("cannot be understood: line 1: one word: expected the id of a key and its secret");
  write("a " + kSecret.substr(0, 20), 0600);
  check("cannot be understood: line 1: the key 'a' has a secret of 20 characters: expected 32 to 256");
  write("", 0600);
  check("cannot be understood: it has no key");
  write(std::string(70'000, '\n'), 0600);
  check("is over 65536 bytes long");
  fs::remove(file);
  fs::create_directory(file);
  check("is no regular file");
  fs::remove(file);
  for (const unsigned mode : {0600u, 0640u, 0400u}) {
    write(good, mode);
    CHECK(configtest(line).exit_code == 0);
    CHECK(count_in(configtest(line).output, "RTMPT4") == 0);
  }
}

TEST_CASE("configtest says where tokens are wanted that nobody can sign, and keys that nobody wants") {
  const KeyFolder keys;
  const CommandResult no_keys = configtest(kRules);
  CHECK(no_keys.exit_code == 0);
  CHECK(count_in(no_keys.output, "RTMPT482: ") == 1);
  CHECK(no_keys.output.find("Require stream-token wants tokens, and ") != std::string::npos);
  const CommandResult no_rule = configtest(keys.line());
  CHECK(count_in(no_rule.output, "RTMPT483: ") == 1);
  CHECK(count_in(configtest(keys.line() + kRules).output, "RTMPT48") == 0);
  const CommandResult words = configtest(keys.line() + "<Location \"/live\">\nRequire stream-token a\n</Location>\n");
  CHECK(words.exit_code != 0);
  CHECK(words.output.find("RTMPT481: Require stream-token 'a': expected nothing behind stream-token") !=
        std::string::npos);
  CHECK(count_in(configtest(keys.line() + "RTMPTAuthorize Off\n" + kRules).output, "RTMPT470: ") == 1);
}
