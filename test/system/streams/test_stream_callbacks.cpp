// SPDX-License-Identifier: Apache-2.0
// Require stream-callback: what a program of the site is asked, and what its answers mean.
#include "rtmp/ask_site.hpp"
#include "support/clients/http_connection.hpp"
#include "support/os/temp_dir.hpp"
#include "support/os/text_file.hpp"
#include "test/support/count_in.hpp"

#include <rtmpt_proxy/policy/text/base64.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
namespace policy = rtmpt_proxy::policy;

namespace {

// Notes each form, and answers by the stream's own argument "key".
constexpr const char* kProgram = R"(#!/bin/sh
form=$(head -c "$CONTENT_LENGTH")
printf '%s %s %s %s\n' "$REQUEST_METHOD" "$CONTENT_TYPE" "$SERVER_PROTOCOL" "$form" >>"@FOLDER@/forms"
case "&$form&" in
*'&key=good&'*) printf 'Content-Type: text/plain\n\nwelcome\n' ;;
*'&key=made&'*) printf 'Status: 204\n\n' ;;
*'&key=broken&'*) printf 'Status: 500\nContent-Type: text/plain\n\nno\n' ;;
*'&key=moved&'*) printf 'Status: 302\nLocation: rtmp://127.0.0.1:1/live/other\n\n' ;;
*'&key=circle&'*) printf 'Location: /hooks/stream?again\n\n' ;;
*'&key=page&'*) printf 'Location: /allowed.txt\n\n' ;;
*'&key=hang&'*) exec sleep 60 ;;
*'&key=drip&'*) printf 'Content-Type: text/plain\n\n'; for i in 1 2 3 4 5 6 7 8; do echo drip; sleep 1; done ;;
*'&key=long&'*) printf 'Content-Type: text/plain\n\n'; head -c 10000000 /dev/zero ;;
*) printf 'Status: 403\nContent-Type: text/plain\n\nno\n' ;;
esac
)";

constexpr const char* kAsked = "<Location \"/live\">\nRequire stream-callback /hooks/stream\n</Location>\n";
constexpr const char* kOnlyInside = "<Location \"/hooks\">\nRequire expr \"%{IS_SUBREQ} == 'true'\"\n</Location>\n";

// What the modules that serve a program say of one that is slow, too long or goes in circles.
constexpr const char* kLinesOfServers = R"(\[(cgid?|proxy|proxy_http):(warn|error)\]|AH00124|AH0004[56])";

// A folder with the program that httpd's user may use.
class ProgramFolder {
 public:
  ProgramFolder() {
    fs::permissions(dir_.path(), fs::perms(0777));
    write_file(file(), replace_all(kProgram, "@FOLDER@", dir_.path().string()));
    fs::permissions(file(), fs::perms(0755));
  }
  fs::path file() const { return dir_.path() / "stream.sh"; }
  std::vector<std::string> forms() const {
    return fs::exists(dir_.path() / "forms") ? lines_of(read_file(dir_.path() / "forms")) : std::vector<std::string>();
  }
  std::string directory() const {
    return "<Directory " + dir_.path().string() + ">\nRequire all granted\n</Directory>\n";
  }

 private:
  TempDir dir_;
};

enum class Answers { cgi, proxied };

HttpdOptions called_site(const ProgramFolder& program, const std::string& lines, Answers how, const std::string& mpm) {
  HttpdOptions options = streaming("", mpm);
  options.more_modules = {mpm == "prefork" ? "cgi" : "cgid"};
  if (lines.find("AuthType") != std::string::npos)
    options.more_modules.insert(options.more_modules.end(), {"authn_file", "auth_basic", "authz_user"});
  options.global = (mpm == "prefork" ? "" : "ScriptSock @ROOT@/logs/cgid.sock\n") + program.directory();
  const std::string script = " " + program.file().string() + "\n";
  if (how == Answers::cgi) {
    options.site += "ScriptAlias /hooks/stream" + script;
  } else {
    options.site += "ProxyPass /hooks/ http://127.0.0.1:@PORT@/app/\n";
    options.more_hosts = "<VirtualHost *:@PORT@>\nServerName 127.0.0.1\nRTMPTProxyPass !\nScriptAlias /app/stream" +
                         script + "</VirtualHost>\n";
  }
  options.site += lines + kOnlyInside;
  return options;
}

struct CallbackSite : ProgramFolder, AskSite {
  explicit CallbackSite(const std::string& lines = kAsked, Answers how = Answers::cgi, const std::string& mpm = "event")
      : AskSite(called_site(*this, lines, how, mpm)), vhost(vhost_key(httpd().plain())) {
    httpd().error_log().allow("RTMPT193|AH01630");
  }

  int publish(const std::string& query, const std::string& more = {}) {
    return ask("PUBLISH", "/live/cam1", vhost,
               "RTMPT-Query: " + query +
                   "\r\nRTMPT-Session-Form: app=live&flashver=FMLE&swfurl=&tcurl=rtmp%3A%2F%2Fh%2Flive&pageurl=\r\n"
                   "RTMPT-Stream-Form: call=publish&name=cam1&type=live\r\n" +
                   more)
        .status;
  }

  std::string vhost;
};

} // namespace

TEST_CASE("A program that is written for nginx-rtmp gets its form, and its answer counts") {
  const auto [how, mpm] =
      GENERATE(std::pair{Answers::cgi, "event"}, std::pair{Answers::cgi, "worker"}, std::pair{Answers::cgi, "prefork"},
               std::pair{Answers::proxied, "event"}, std::pair{Answers::proxied, "prefork"});
  CAPTURE(mpm);
  CallbackSite site(kAsked, how, mpm);
  CHECK(site.publish("key=good") == 200);
  CHECK(site.publish("key=made") == 200);
  CHECK(site.publish("key=other&x=%26") == 403);
  CHECK(site.publish("") == 403);
  const std::string fields =
      "POST application/x-www-form-urlencoded HTTP/1.1 app=live&flashver=FMLE&swfurl=&tcurl=rtmp%3A%2F%2Fh%2Flive"
      "&pageurl=&addr=192.0.2.7&clientid=asked&call=publish&name=cam1&type=live";
  CHECK(site.forms() ==
        std::vector<std::string>{fields + "&key=good", fields + "&key=made", fields + "&key=other&x=%26", fields});
  CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
}

TEST_CASE("mod_request beside the module changes nothing about a callback's form") {
  const ProgramFolder program;
  HttpdOptions options = called_site(program, kAsked, Answers::proxied, "event");
  options.more_modules.push_back("request");
  AskSite site(options);
  const std::string vhost = vhost_key(site.httpd().plain());
  CHECK(site.ask("PUBLISH", "/live/cam1", vhost,
                 "RTMPT-Query: key=good\r\nRTMPT-Session-Form: app=live\r\nRTMPT-Stream-Form: call=publish\r\n")
            .status == 200);
  REQUIRE(program.forms().size() == 1);
  CHECK(program.forms()[0].ends_with("app=live&addr=192.0.2.7&clientid=asked&call=publish&key=good"));
}

TEST_CASE("An answer that is no plain yes lets nobody in, within the time limit, with one line that says why") {
  const Answers how = GENERATE(Answers::cgi, Answers::proxied);
  CallbackSite site("RTMPTCallbackTimeout 1s\n" + std::string(kAsked), how);
  write_file(site.httpd().document_root() / "allowed.txt", "HTTP/1.1 200 Allowed by its rules\r\n\r\n");
  site.httpd().error_log().allow(kLinesOfServers);
  struct Row {
    std::string key;
    std::vector<int> statuses;
    std::string why;
  };
  for (const Row& row : std::vector<Row>{
           {"broken", {500}, "the callback answers 500"},
           {"moved", {403}, "the callback answers with a redirect"},
           {"page", {403, 500}, "the callback"},
           {"circle", {403, 500}, "the callback"},
           {"hang", {500}, "the callback"},
           {"drip", {500}, "the callback gave no whole answer in 1000 ms"},
           {"long", {500}, "the callback's answer is over 65536 bytes long"},
       }) {
    CAPTURE(row.key);
    const auto begin = std::chrono::steady_clock::now();
    const int status = site.publish("key=" + row.key + "&secret=hushhush");
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(took < 8s); // a second, and a busy machine
    // The server behind the proxy follows such a redirect itself: its answer is 200.
    if (row.key == "page" && how == Answers::proxied) {
      CHECK(status == 200);
      continue;
    }
    CHECK(std::find(row.statuses.begin(), row.statuses.end(), status) != row.statuses.end());
    const std::string line = "RTMPT193: " + std::to_string(status) + " for client 192.0.2.7.*: " + row.why;
    site.httpd().error_log().wait_for(line);
  }
  CHECK(site.publish("key=good") == 200);
  site.httpd().stop();
  for (const auto& file : fs::recursive_directory_iterator(site.httpd().root() / "logs"))
    if (file.is_regular_file()) CHECK(read_file(file.path()).find("hushhush") == std::string::npos);
}

TEST_CASE("A program that httpd reaches by an internal redirect of its own says yes and no as any other") {
  const ProgramFolder program;
  struct Row {
    std::string url;
    std::vector<std::string> modules;
    std::string lines;
  };
  const std::string folder = program.file().parent_path().string();
  const Row row = GENERATE_COPY(
      Row{"/hooks/entry",
          {"rewrite"},
          "Alias /hooks/entry " + folder + "/entry\n<Directory " + folder +
              ">\nOptions FollowSymLinks\nRewriteEngine On\nRewriteRule ^entry$ /hooks/stream [L]\n</Directory>\n"},
      Row{"/hooks/acted",
          {"actions"},
          "Action rtmpt-test-program /hooks/stream virtual\n<Location \"/hooks/acted\">\nSetHandler"
          " rtmpt-test-program\n</Location>\n"});
  CAPTURE(row.url, row.lines);
  const std::string rule = "<Location \"/live\">\nRequire stream-callback " + row.url + "\n</Location>\n";
  HttpdOptions options = called_site(program, rule + row.lines, Answers::cgi, "event");
  options.more_modules.insert(options.more_modules.end(), row.modules.begin(), row.modules.end());
  AskSite site(options);
  site.httpd().error_log().allow("RTMPT193|AH01630");
  const std::string vhost = vhost_key(site.httpd().plain());
  const auto publish = [&](const std::string& key) {
    return site
        .ask("PUBLISH", "/live/cam1", vhost,
             "RTMPT-Query: key=" + key + "\r\nRTMPT-Session-Form: app=live\r\nRTMPT-Stream-Form: call=publish\r\n")
        .status;
  };
  CHECK(publish("good") == 200);
  CHECK(publish("bad") == 403);
  CHECK(publish("moved") == 403);
  CHECK(publish("broken") == 500);
  CHECK(program.forms().size() == 4);
}

TEST_CASE("Nobody from outside can call what only the site may call, and connecting calls nobody") {
  CallbackSite site;
  CHECK(fetch(site.httpd().plain(), "/hooks/stream").status == 403);
  HttpConnection other(site.httpd().plain());
  CHECK(other.exchange(post("/hooks/stream", "key=good")).status == 403);
  CHECK(site.open("/live").status == 200);
  CHECK(site.ask("OPEN", "/live", site.vhost).status == 200);
  CHECK(site.forms().empty());
}

TEST_CASE("A stream whose arguments have a field of the form is refused, and nobody is called") {
  CallbackSite site;
  for (const std::string query :
       {"key=good&name=other", "call=play&key=good", "n%61me[]=x&key=good", "ADDR=1&key=good"})
    CHECK(site.publish(query) == 403);
  CHECK(site.forms().empty());
  site.httpd().error_log().wait_for("RTMPT193: 403 .*its query has a field that the callback's form has too");
}

TEST_CASE("A callback may stand below its own rule, and beside others") {
  const std::string all = "<Location \"/\">\n<RequireAll>\nRequire stream-callback /hooks/stream?site=1\nRequire ip"
                          " 192.0.2.0/24 127.0.0.1\n</RequireAll>\n</Location>\n";
  CallbackSite site(all);
  const std::size_t before = site.forms().size(); // a request for "/" is a viewer's, below such a rule
  CHECK(site.publish("key=good") == 200);
  CHECK(site.publish("key=bad") == 403);
  CHECK(site.forms().size() == before + 2);
}

TEST_CASE(
    "The program is asked once, about clients whose password is right, and needs none where it may decide alone") {
  const std::string login = "AuthType Basic\nAuthName stage\nAuthBasicProvider file\nAuthUserFile @ROOT@/members\n";
  const auto site_with = [&](const std::string& rules) {
    return std::make_unique<CallbackSite>("<Location \"/live\">\n" + login + rules + "</Location>\n");
  };
  const auto publish = [](CallbackSite& site, const std::string& key, const std::string& user) {
    write_file(site.httpd().root() / "members", "alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n"); // "password"
    const std::string header = user.empty() ? "" : "Authorization: Basic " + policy::to_base64(user) + "\r\n";
    return site.publish("key=" + key, header);
  };
  SECTION("both must say yes") {
    const auto site = site_with("<RequireAll>\nRequire stream-callback /hooks/stream\nRequire valid-user\n"
                                "</RequireAll>\n");
    site->httpd().error_log().allow("AH01617|AH01618|AH01631");
    CHECK(publish(*site, "good", "") == 401);
    CHECK(publish(*site, "good", "alice:wrong") == 401);
    CHECK(site->forms().empty());
    CHECK(publish(*site, "good", "alice:password") == 200);
    CHECK(site->forms().size() == 1);
    CHECK(publish(*site, "bad", "alice:password") == 401); // AuthzSendForbiddenOnFailure is Off
    CHECK(site->forms().size() == 2);
  }
  SECTION("the callback alone decides") {
    const auto site = site_with("Require stream-callback /hooks/stream\n");
    CHECK(publish(*site, "good", "") == 200);
    CHECK(publish(*site, "bad", "") == 403);
    CHECK(site->forms().size() == 2);
  }
  SECTION("one of both is enough") {
    const auto site = site_with("<RequireAny>\nRequire stream-callback /hooks/stream\nRequire valid-user\n"
                                "</RequireAny>\n");
    site->httpd().error_log().allow("AH01617|AH01618|AH01631");
    CHECK(publish(*site, "good", "") == 200);
    CHECK(site->forms().size() == 1);
    CHECK(publish(*site, "bad", "alice:password") == 200);
    CHECK(site->forms().size() == 2);
    CHECK(publish(*site, "bad", "") == 401);
  }
}

TEST_CASE("A viewer's GET is a play for the callback") {
  CallbackSite site;
  CHECK(fetch(site.httpd().plain(), "/live/cam1.flv?key=good").status == 404); // let in, and there is no such file
  CHECK(fetch(site.httpd().plain(), "/live/cam1.flv?key=bad").status == 403);
  REQUIRE(site.forms().size() == 2);
  CHECK(site.forms()[0].ends_with(" app=live&flashver=&swfurl=&tcurl=&pageurl=&addr=127.0.0.1&clientid="
                                  "&call=play&name=cam1&key=good"));
}

TEST_CASE("No more than a quarter of a child's threads, or of prefork's children, wait for callbacks") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  CallbackSite site("RTMPTCallbackTimeout 3s\n" + std::string(kAsked), Answers::cgi, mpm);
  site.httpd().error_log().allow(kLinesOfServers);
  site.httpd().error_log().allow("AH00161|AH00484|AH00485|AH03490|AH10159"); // no threads left
  std::vector<std::thread> waiting;
  std::atomic<int> answered{0};
  for (int i = 0; i < 40; ++i)
    waiting.emplace_back(
        [&site, &answered] { answered += fetch(site.httpd().plain(), "/live/cam1.flv?key=hang").status >= 400; });
  CHECK(fetch(site.httpd().plain(), "/").body == kPageText); // pages have the other threads
  for (std::thread& one : waiting)
    one.join();
  CHECK(answered == 40);
  if (mpm == "prefork") CHECK(site.forms().size() < 20); // 40, were each child alone with its limit
  site.httpd().error_log().wait_for("RTMPT491: .*too many callbacks are under way");
}

TEST_CASE("configtest says which callbacks are open to everybody, and which words are wrong") {
  const auto configtest = [](const std::string& lines) {
    HttpdOptions options;
    options.plain_site = "RTMPTProxyPass rtmp://127.0.0.1:19350\n" + lines;
    return HttpdFixture(options).configtest();
  };
  const CommandResult open = configtest(kAsked);
  CHECK(open.exit_code == 0);
  CHECK(count_in(open.output, "RTMPT492: ") == 1);
  CHECK(open.output.find("everybody may call the callback '/hooks/stream' from outside") != std::string::npos);
  CHECK(count_in(configtest(std::string(kAsked) + kOnlyInside).output, "RTMPT49") == 0);
  for (const std::string rules :
       {"Require expr \"%{IS_SUBREQ} != 'true'\"", "Require expr \"%{IS_SUBREQ} == 'true'\"\nRequire all granted",
        "<RequireAny>\nRequire expr \"%{IS_SUBREQ} == 'true'\"\nRequire all granted\n</RequireAny>"}) {
    CAPTURE(rules);
    const std::string lines = std::string(kAsked) + "<Location \"/hooks\">\n" + rules + "\n</Location>\n";
    CHECK(count_in(configtest(lines).output, "RTMPT492: ") == 1);
  }
  HttpdOptions other_host;
  other_host.plain_site = "RTMPTProxyPass rtmp://127.0.0.1:19350\n" + std::string(kAsked);
  other_host.more_hosts =
      "<VirtualHost *:@PORT@>\nServerName other.example\n" + std::string(kOnlyInside) + "</VirtualHost>\n";
  CHECK(count_in(HttpdFixture(other_host).configtest().output, "RTMPT492: ") == 1);
  CHECK(count_in(configtest("RTMPTDoneCallback /hooks/done\n").output, "RTMPT492: ") == 1);
  CHECK(count_in(configtest("RTMPTDoneCallback /hooks/done\n" + std::string(kOnlyInside)).output, "RTMPT49") == 0);
  CHECK(count_in(configtest("RTMPTDoneCallback off\n").output, "RTMPT49") == 0);
  const std::string off = "RTMPTDoneCallback /hooks/done\nRTMPTAuthorize Off\n" + std::string(kOnlyInside);
  CHECK(count_in(configtest(off).output, "RTMPT495: ") == 1);
  for (const std::string words : {"", "hooks/stream", "http://other/hooks", "/a /b"}) {
    CAPTURE(words);
    const CommandResult bad = configtest("<Location \"/live\">\nRequire stream-callback " + words + "\n</Location>\n");
    CHECK(bad.exit_code != 0);
    CHECK(count_in(bad.output, "RTMPT490: Require stream-callback '" + words + "': expected the path of one URL") == 1);
  }
  const CommandResult done = configtest("RTMPTDoneCallback hooks\n");
  CHECK(done.exit_code != 0);
  CHECK(count_in(done.output, "RTMPT493: RTMPTDoneCallback 'hooks': expected the path of a URL of this site") == 1);
}

TEST_CASE("The end of a stream is told to the URL of RTMPTDoneCallback, whatever the rules for the stream") {
  CallbackSite site("RTMPTDoneCallback /hooks/stream\n<Location \"/live\">\nRequire all denied\n</Location>\n");
  const auto tell = [&](const std::string& query, const std::string& vhost) {
    return site
        .ask("DONE", "/live/cam1", vhost,
             "RTMPT-Query: " + query +
                 "\r\nRTMPT-Session-Form: app=live\r\n"
                 "RTMPT-Stream-Form: call=publish_done&name=cam1&bytes=9&seconds=2\r\n")
        .status;
  };
  CHECK(tell("key=good", site.vhost) == 200);
  CHECK(tell("key=broken", site.vhost) == 502);
  CHECK(tell("key=good", "another") == 404);
  REQUIRE(site.forms().size() == 2);
  CHECK(site.forms()[0].ends_with("app=live&addr=192.0.2.7&clientid=asked&call=publish_done&name=cam1&bytes=9&seconds=2"
                                  "&key=good"));
  site.httpd().error_log().wait_for("RTMPT494: .*'/hooks/stream': the callback answers 500");
  HttpConnection other(site.httpd().plain());
  CHECK(other.exchange("DONE /live/cam1 HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 405);
}
