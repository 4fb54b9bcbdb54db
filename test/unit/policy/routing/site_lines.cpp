// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/site_lines.hpp>

#include <catch2/catch.hpp>

#include <regex>

using namespace rtmpt_proxy::policy;

namespace {

constexpr const char* kOpen = "/open/1";

MatchesPath matches(const std::string& path) {
  return [path](const std::string& pattern, bool in_any_case) {
    auto flags = std::regex::extended;
    if (in_any_case) flags |= std::regex::icase;
    return std::regex_search(path, std::regex(pattern, flags));
  };
}

bool takes_open(std::string_view name, std::vector<std::string> words) {
  return sends_elsewhere({name, std::move(words)}, kOpen, matches(kOpen));
}

bool holds_for_sends(std::string_view name, std::vector<std::string> words) {
  constexpr const char* kSend = "/send/0/1";
  return location_holds_for({name, std::move(words)}, kSend, matches(kSend));
}

} // namespace

TEST_CASE("A prefix covers whole segments of a path", "[site_lines]") {
  CHECK(covers_path("/", kOpen));
  CHECK(covers_path("/open", kOpen));
  CHECK(covers_path("/open/", kOpen));
  CHECK(covers_path("/open/1", kOpen));
  CHECK_FALSE(covers_path("/op", kOpen));
  CHECK_FALSE(covers_path("/open/1/", kOpen));
  CHECK_FALSE(covers_path("/send", kOpen));
  CHECK_FALSE(covers_path("", kOpen));
}

TEST_CASE("A RewriteRule takes an open when its pattern matches and it neither refuses nor passes", "[site_lines]") {
  CHECK(takes_open("RewriteRule", {"^", "/index.php"}));
  CHECK(takes_open("rewriterule", {"^/open", "https://example.org/", "[R=301,L]"}));
  CHECK(takes_open("RewriteRule", {"^/OPEN", "/x", "[NC]"}));
  CHECK(takes_open("RewriteRule", {"^/OPEN", "/x", "[L,nocase]"}));
  CHECK(takes_open("RewriteRule", {"!^/pages", "/x"}));
  CHECK_FALSE(takes_open("RewriteRule", {"^/OPEN", "/x"}));
  CHECK_FALSE(takes_open("RewriteRule", {"!^/open", "/x"}));
  CHECK_FALSE(takes_open("RewriteRule", {"^/pages", "/x"}));
  CHECK_FALSE(takes_open("RewriteRule", {"^", "-"}));
  CHECK_FALSE(takes_open("RewriteRule", {"^"}));
}

TEST_CASE("A RewriteRule that refuses takes no open", "[site_lines]") {
  for (const char* const flags : {"[F]", "[forbidden]", "[G]", "[gone,L]", "[L,f]", "[R=404]", "[redirect=gone]"})
    CHECK_FALSE(takes_open("RewriteRule", {"^", "/x", flags}));
  for (const char* const flags : {"[R]", "[R=302]", "[P]", "[PT,L]", "[]", ""})
    CHECK(takes_open("RewriteRule", {"^", "/x", flags}));
}

TEST_CASE("Redirect and its kin take an open unless they refuse it", "[site_lines]") {
  CHECK(takes_open("Redirect", {"/", "https://example.org/"}));
  CHECK(takes_open("Redirect", {"301", "/open", "https://example.org/"}));
  CHECK(takes_open("RedirectPermanent", {"/open", "https://example.org/"}));
  CHECK(takes_open("RedirectMatch", {"^/o.*", "https://example.org/"}));
  CHECK_FALSE(takes_open("Redirect", {"403", "/open"}));
  CHECK_FALSE(takes_open("Redirect", {"gone", "/open"}));
  CHECK_FALSE(takes_open("RedirectMatch", {"404", "^/open"}));
  CHECK_FALSE(takes_open("Redirect", {"/op", "https://example.org/"}));
  CHECK_FALSE(takes_open("Redirect", {"/"}));
}

TEST_CASE("Alias, FallbackResource and ProxyPass take an open", "[site_lines]") {
  CHECK(takes_open("Alias", {"/open", "/var/www"}));
  CHECK(takes_open("ScriptAliasMatch", {"^/open(.*)", "/cgi$1"}));
  CHECK(takes_open("FallbackResource", {"/index.php"}));
  CHECK(takes_open("ProxyPass", {"/", "http://127.0.0.1:8080/"}));
  CHECK(takes_open("ProxyPassMatch", {"^/open", "http://127.0.0.1:8080"}));
  CHECK_FALSE(takes_open("Alias", {"/icons", "/usr/share/icons"}));
  CHECK_FALSE(takes_open("FallbackResource", {"disabled"}));
  CHECK_FALSE(takes_open("FallbackResource", {}));
  CHECK_FALSE(takes_open("ProxyPass", {"/open", "!"}));
  CHECK_FALSE(takes_open("ProxyPass", {"http://127.0.0.1:8080/"})); // inside a <Location>
}

TEST_CASE("Location and LocationMatch hold for the paths of streams", "[site_lines]") {
  CHECK(holds_for_sends("<Location", {"/>"}));
  CHECK(holds_for_sends("<location", {"/send>"}));
  CHECK(holds_for_sends("<Location", {"/send/", ">"}));
  CHECK(holds_for_sends("<LocationMatch", {"^/(open|send)/>"}));
  CHECK(holds_for_sends("<Location", {"~", "^/send>"}));
  CHECK_FALSE(holds_for_sends("<Location", {"/sen>"}));
  CHECK_FALSE(holds_for_sends("<Location", {"/open>"}));
  CHECK_FALSE(holds_for_sends("<LocationMatch", {"^/open>"}));
  CHECK_FALSE(holds_for_sends("<Directory", {"/>"}));
  CHECK_FALSE(holds_for_sends("<Files", {"*>"}));
}
