// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/stream_rules.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace rtmpt_proxy::policy;

namespace {

StreamRule rule(std::string_view name, std::vector<std::string> words) {
  return stream_rule({name, std::move(words)});
}

} // namespace

TEST_CASE("A section that limits PUBLISH or PLAY is a rule about streams", "[stream_rules]") {
  CHECK(rule("<Limit", {"PUBLISH>"}) == StreamRule::named);
  CHECK(rule("<limit", {"GET", "PLAY", "POST>"}) == StreamRule::named);
  CHECK(rule("<Limit", {"OPEN>"}) == StreamRule::none);
  CHECK(rule("<Limit", {"GET", "POST>"}) == StreamRule::none);
  CHECK(rule("<Limit", {"REPLAY", "PUBLISHER>"}) == StreamRule::none);
  CHECK(rule("AllowMethods", {"GET", "+PLAY"}) == StreamRule::named);
  CHECK(rule("AllowMethods", {"GET", "POST"}) == StreamRule::none);
}

TEST_CASE("A section for methods says whether PUBLISH is one of them", "[stream_rules]") {
  CHECK(names_publish({"<Limit", {"PUBLISH>"}}));
  CHECK(names_publish({"<LimitExcept", {"GET", "PUBLISH", "PLAY>"}}));
  CHECK_FALSE(names_publish({"<Limit", {"PLAY", "OPEN>"}}));
  CHECK_FALSE(names_publish({"<Limit", {"PUBLISHER>"}}));
  CHECK(names_play({"<Limit", {"OPEN", "PLAY>"}}));
  CHECK_FALSE(names_play({"<Limit", {"PUBLISH>"}}));
}

TEST_CASE("A section that limits all methods but some binds those that it does not name", "[stream_rules]") {
  CHECK(rule("<LimitExcept", {"GET", "POST>"}) == StreamRule::implied);
  CHECK(rule("<LimitExcept", {"OPEN>"}) == StreamRule::implied);
  CHECK(rule("<LimitExcept", {"PLAY>"}) == StreamRule::named);
  CHECK(rule("<LIMITEXCEPT", {"OPEN", "PUBLISH>"}) == StreamRule::named);
  CHECK(rule("<LimitExcept", {"PUBLISH", "OPEN", "PLAY>"}) == StreamRule::none);
}

TEST_CASE("A line that speaks of the method of a request is a rule where it names PUBLISH or PLAY", "[stream_rules]") {
  CHECK(rule("Require", {"method", "PUBLISH"}) == StreamRule::named);
  CHECK(rule("Require", {"stream-token"}) == StreamRule::named);
  CHECK(rule("Require", {"not", "Stream-Callback", "/hooks"}) == StreamRule::named);
  CHECK(rule("<AuthzProviderAlias", {"stream-callback", "asked", "/hooks>"}) == StreamRule::named);
  CHECK(rule("Require", {"stream-tokens"}) == StreamRule::none);
  CHECK(rule("require", {"not", "method", "OPEN", "PLAY"}) == StreamRule::named);
  CHECK(rule("Require", {"expr", "%{REQUEST_METHOD}", "==", "'PLAY'"}) == StreamRule::named);
  CHECK(rule("Require", {"expr", "%{REQUEST_METHOD} != 'PUBLISH' || %{REMOTE_USER} == 'alice'"}) == StreamRule::named);
  CHECK(rule("<AuthzProviderAlias", {"method", "watching", "PLAY>"}) == StreamRule::named);
  CHECK(rule("<If", {"%{REQUEST_METHOD} =~ /^publish$/i", ">"}) == StreamRule::named);
  CHECK(rule("<ElseIf", {"%{REQUEST_METHOD} == 'PLAY'>"}) == StreamRule::named);
  CHECK(rule("RewriteCond", {"%{REQUEST_METHOD}", "play", "[NC]"}) == StreamRule::named);
  CHECK(rule("SetEnvIf", {"Request_Method", "^PUBLISH$", "publishing"}) == StreamRule::named);
  CHECK(rule("SetEnvIfNoCase", {"Request_Method", "(publish|play)", "streams"}) == StreamRule::named);
  CHECK(rule("SetEnvIfExpr", {"%{REQUEST_METHOD} == 'PLAY'", "watching"}) == StreamRule::named);

  CHECK(rule("Require", {"method", "GET"}) == StreamRule::none);
  CHECK(rule("Require", {"user", "PLAY"}) == StreamRule::none);
  CHECK(rule("<If", {"%{REQUEST_URI} =~ m#^/play/#>"}) == StreamRule::none);
  CHECK(rule("RewriteCond", {"%{REQUEST_METHOD}", "DISPLAY"}) == StreamRule::none);
  CHECK(rule("SetEnvIf", {"Request_URI", "^/PUBLISH", "old"}) == StreamRule::none);
}

TEST_CASE("A line that lets OPEN through is a rule about streams", "[stream_rules]") {
  CHECK(rule("Require", {"method", "OPEN"}) == StreamRule::named);
  CHECK(rule("Require", {"method", "GET", "OPEN"}) == StreamRule::named);
  CHECK(rule("AllowMethods", {"GET", "OPEN"}) == StreamRule::named);
  CHECK(rule("<AuthzProviderAlias", {"method", "m", "OPEN>"}) == StreamRule::named);
  CHECK(rule("<If", {"%{REQUEST_METHOD} != 'OPEN'>"}) == StreamRule::named);
  CHECK(rule("RewriteCond", {"%{REQUEST_METHOD}", "!^(GET|POST|OPEN)$"}) == StreamRule::named);
  CHECK(rule("SetEnvIf", {"Request_Method", "^OPEN$", "connects"}) == StreamRule::named);
  CHECK(rule("<If", {"%{REQUEST_METHOD} == 'POST' && %{REQUEST_URI} =~ m#^/open/#>"}) == StreamRule::none);
  CHECK(rule("RewriteCond", {"%{REQUEST_URI}", "^/OPEN/"}) == StreamRule::none);
}

TEST_CASE("THE_REQUEST begins with the method", "[stream_rules]") {
  CHECK(rule("RewriteCond", {"%{THE_REQUEST}", "^PUBLISH"}) == StreamRule::named);
  CHECK(rule("RewriteCond", {"%{THE_REQUEST}", "^P"}) == StreamRule::none);
  CHECK(rule("RewriteCond", {"%{THE_REQUEST}", "!^(GET|POST) "}) == StreamRule::none);
  CHECK(rule("Require", {"expr", "%{THE_REQUEST} =~ /^PLAY/"}) == StreamRule::named);
  CHECK(rule("RewriteCond", {"%{THE_REQUEST}", "^[A-Z]+ /index[.]php"}) == StreamRule::none);
  CHECK(rule("RewriteCond", {"%{THE_REQUEST}", "^POST /open/"}) == StreamRule::none);
}

TEST_CASE("A pattern or an expression that names no method of streams is none, whatever it matches", "[stream_rules]") {
  CHECK(rule("RewriteCond", {"%{REQUEST_METHOD}", "!^(GET|POST)$"}) == StreamRule::none);
  CHECK(rule("RewriteCond", {"%{REQUEST_METHOD}", "!=POST"}) == StreamRule::none);
  CHECK(rule("RewriteCond", {"%{REQUEST_METHOD}", "^pu", "[NC]"}) == StreamRule::none);
  CHECK(rule("RewriteCond", {"%{REQUEST_METHOD}", ">GET"}) == StreamRule::none);
  CHECK(rule("RewriteCond", {"%{REQUEST_METHOD} %{REQUEST_URI}", "^P"}) == StreamRule::none);
  CHECK(rule("RewriteCond", {"expr", "%{REQUEST_METHOD} != 'GET'"}) == StreamRule::none);
  CHECK(rule("SetEnvIf", {"Request_Method", "^PU", "publishes"}) == StreamRule::none);
  CHECK(rule("SetEnvIfNoCase", {"request_method", "^pl", "plays"}) == StreamRule::none);
  CHECK(rule("<If", {"%{REQUEST_METHOD} =~ /^P/>"}) == StreamRule::none);
  CHECK(rule("<If", {"%{REQUEST_METHOD} != 'GET'>"}) == StreamRule::none);
  CHECK(rule("<If", {"!(%{REQUEST_METHOD} == 'GET')>"}) == StreamRule::none);
  CHECK(rule("<If", {"%{REQUEST_METHOD} -strmatch 'P*'>"}) == StreamRule::none);
  CHECK(rule("Require", {"expr", "%{REQUEST_METHOD} !~ /^G/"}) == StreamRule::none);

  CHECK(rule("RewriteCond", {"%{REQUEST_METHOD}", "^(TRACE|TRACK)"}) == StreamRule::none);
  CHECK(rule("RewriteCond", {"%{REQUEST_METHOD}", "=POST"}) == StreamRule::none);
  CHECK(rule("RewriteCond", {"%{REQUEST_METHOD}", "GET"}) == StreamRule::none);
  CHECK(rule("RewriteCond", {"%{HTTP:X-Method}", "!^GET"}) == StreamRule::none);
  CHECK(rule("SetEnvIf", {"Request_Method", "^GET$", "reads"}) == StreamRule::none);
  CHECK(rule("<If", {"%{REQUEST_METHOD} == 'GET'>"}) == StreamRule::none);
  CHECK(rule("<If", {"%{REQUEST_METHOD} in { 'GET', 'POST' } && %{REQUEST_URI} != '/x'>"}) == StreamRule::none);
  CHECK(rule("<If", {"%{REQUEST_METHOD} -eq 'GET'>"}) == StreamRule::none);
}

TEST_CASE("Other lines are no rules about streams, whatever they say", "[stream_rules]") {
  CHECK(rule("Alias", {"/PLAY", "/var/www/method"}) == StreamRule::none);
  CHECK(rule("<Location", {"/PUBLISH>"}) == StreamRule::none);
  CHECK(rule("RewriteRule", {"^/method/PLAY", "-"}) == StreamRule::none);
  CHECK(rule("Require", {}) == StreamRule::none);
  CHECK(rule("", {}) == StreamRule::none);
}
