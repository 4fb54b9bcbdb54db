// SPDX-License-Identifier: Apache-2.0
// Which of our words a log format asks for, read as mod_log_config reads it.
#include <rtmpt_proxy/policy/logs/access_log_words.hpp>

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::policy;

namespace {

struct Case {
  const char* format;
  bool wants_facts;
  std::vector<std::string> unknown;
};

const std::vector<Case> kCases = {
    {"", false, {}},
    {"%h %l %u %t \\\"%r\\\" %>s %b", false, {}},
    {"%{session}^RT", true, {}},
    {"%{backend}^RT", true, {}},
    {"%{app}^RT", true, {}},
    {"%{stream}^RT", true, {}},
    {"%{kind}^RT", true, {}},
    {"%{way}^RT", false, {}},
    {"logs/access.log \"%h %{way}^RT %{app}^RT\" env=!rtmpt-tunnel", true, {}},
    {"%<{app}^RT", true, {}},
    {"%>{app}^RT", true, {}},
    {"%!200,304{stream}^RT", true, {}},
    {"%{app}503^RT", true, {}},
    {"%{way}{app}^RT", true, {}}, // the last braces count
    {"%{app}{way}^RT", false, {}},
    {"%%{app}^RT", false, {}}, // a percent sign and literal text
    {"%%%{app}^RT", true, {}}, // a percent sign and a token
    {"%h{app}^RT", false, {}}, // %h and literal text
    {"{app}^RT", false, {}},   // literal text
    {"%{app}^RX", false, {}},  // another module's
    {"%{app}^R", false, {}},
    {"%{app}e %{Referer}i", false, {}},
    {"%{App}^RT", false, {"App"}},
    {"%{}^RT", false, {""}},
    {"%^RT", false, {""}},
    {"%{app }^RT", false, {"app "}},
    {"%{bytes}^RT %{app}^RT %{id}^RT", true, {"bytes", "id"}},
    {"%{a%{app}^RT", false, {"a%{app"}}, // braces do not nest
    {"%{app", false, {}},
    {"%{", false, {}},
    {"%", false, {}},
    {"|bin/rotatelogs -l logs/%Y.log 86400 \"%{app}^RT\"", true, {}},
};

} // namespace

TEST_CASE("A format's words are found as mod_log_config finds its tokens") {
  for (const Case& c : kCases) {
    CAPTURE(c.format);
    const AccessLogUse use = find_access_log_words(c.format);
    CHECK(use.wants_facts == c.wants_facts);
    CHECK(use.unknown == c.unknown);
  }
}

TEST_CASE("A format cut anywhere is read without harm and asks for no more than the whole") {
  const std::string whole = "%h %!200,304<{app}^RT %{way}^RT %%{x}^RT %{stream}^RT";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    CAPTURE(size);
    const AccessLogUse use = find_access_log_words(std::string_view(whole).substr(0, size));
    CHECK(use.unknown.empty());
    CHECK(use.wants_facts == (size >= whole.find("^RT") + 3));
  }
}

TEST_CASE("Each word has one name, in lower case") {
  CHECK(find_access_log_word("session") == AccessLogWord::session);
  CHECK(find_access_log_word("backend") == AccessLogWord::backend);
  CHECK(find_access_log_word("app") == AccessLogWord::app);
  CHECK(find_access_log_word("stream") == AccessLogWord::stream);
  CHECK(find_access_log_word("kind") == AccessLogWord::kind);
  CHECK(find_access_log_word("way") == AccessLogWord::way);
  for (const char* none : {"", "Session", "sessions", "session ", "wa", "id"}) {
    CAPTURE(none);
    CHECK_FALSE(find_access_log_word(none));
  }
}
