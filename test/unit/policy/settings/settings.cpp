// SPDX-License-Identifier: Apache-2.0
#include "test/unit/policy/settings/merge_check.hpp"

#include <rtmpt_proxy/policy/settings/setting_table.hpp>
#include <rtmpt_proxy/policy/settings/settings.hpp>
#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::test::check_merge;
using namespace std::chrono_literals;

namespace {

const PassTarget kPassToA = BackendUrl{BackendScheme::rtmp, "a", 1935, false};
const PassTarget kPassToB = BackendUrl{BackendScheme::rtmpt, "b", 8080, true};
const PassTarget kPassToMedia = BalancerName{"media"};
const PassTarget kPassToHub = HubName{"main"};
const PassTarget kPassOff = Nowhere{};

HeaderRoute route(const std::string& header, const std::string& pattern, const PassTarget& target) {
  return {header, compile_header_pattern(pattern).pattern, target};
}

} // namespace

TEST_CASE("A virtual host inherits what it leaves unset and overrides what it sets", "[settings]") {
  check_merge("RTMPTProxyPass", &Settings::pass, kPassToA, kPassToB);
  check_merge("RTMPTProxyPass balancer", &Settings::pass, kPassToA, kPassToMedia);
  check_merge("RTMPTProxyPass hub", &Settings::pass, kPassToMedia, kPassToHub);
  check_merge("RTMPTProxyPass !", &Settings::pass, kPassToA, kPassOff);
  check_merge("RTMPTProxyPass after !", &Settings::pass, kPassOff, kPassToA);
  check_merge("RTMPTProxyPassMatch", &Settings::routes, HeaderRoutes{route("Host", "^a$", kPassToA)},
              HeaderRoutes{route("Host", "^b$", kPassToA), route("Host", ".", kPassOff)});
  check_merge("RTMPTProxyPassMatch to elsewhere", &Settings::routes, HeaderRoutes{route("Host", "^a$", kPassToA)},
              HeaderRoutes{route("Host", "^a$", kPassToB)});
  check_merge("RTMPTHandOver Off", &Settings::hand_over, true, false);
  check_merge("RTMPTHandOver On", &Settings::hand_over, false, true);
  check_merge("RTMPTAcceptRTMP On", &Settings::accept_rtmp, false, true);
  check_merge("RTMPTAcceptRTMP Off", &Settings::accept_rtmp, true, false);
  check_merge("RTMPTTerminateTLS gateway", &Settings::terminate_tls, TlsTermination::httpd, TlsTermination::gateway);
  check_merge("RTMPTTerminateTLS httpd", &Settings::terminate_tls, TlsTermination::gateway, TlsTermination::httpd);
  check_merge("RTMPTAdobeLogin On", &Settings::adobe_login, false, true);
  check_merge("RTMPTAdobeLogin Off", &Settings::adobe_login, true, false);
  check_merge("RTMPTAuthorize On", &Settings::authorize, false, true);
  check_merge("RTMPTAuthorize Off", &Settings::authorize, true, false);
  check_merge("RTMPTWatch", &Settings::watch, WatchSetting{true, true}, WatchSetting{});
  check_merge("RTMPTAllowOrigin", &Settings::allowed_origins, AllowedOrigins{"*"},
              AllowedOrigins{"https://a", "https://b"});
  check_merge("RTMPTHubWait", &Settings::hub_wait, 10000ms, 0ms);
  check_merge("RTMPTGopCache", &Settings::gop_cache_bytes, 1u << 20, 0u);
  check_merge("RTMPTTokenKeys", &Settings::token_keys, TokenKeys{{"a", "one"}}, TokenKeys{{"a", "two"}});
  check_merge("RTMPTCallbackTimeout", &Settings::callback_timeout, 3000ms, 100ms);
  check_merge("RTMPTDoneCallback", &Settings::done_callback, std::string("/hooks/a"), std::string("/hooks/b"));
  check_merge("RTMPTDoneCallback off", &Settings::done_callback, std::string("/hooks/a"), std::string());
  check_merge("RTMPTIdleHold", &Settings::idle_hold, 100ms, 0ms);
  check_merge("RTMPTGather", &Settings::gather, 20ms, 0ms);
  check_merge("RTMPTSessionTimeout", &Settings::session_timeout, 15000ms, 60000ms);
  check_merge("RTMPTBufferSize", &Settings::buffer_bytes, 65536u, 1u << 20);
  check_merge("RTMPTBodyLimit", &Settings::body_limit_bytes, 4096u, 1u << 20);
  check_merge("RTMPTMaxSessions", &Settings::max_sessions, 100u, 0u);
  check_merge("RTMPTMaxSessionsPerClient", &Settings::max_sessions_per_client, 0u, 3u);
  check_merge("RTMPTMaxBitRate", &Settings::max_bit_rate, BitRateLimit{8'000'000, false},
              BitRateLimit{8'000'000, true});
  check_merge("RTMPTMaxBitRate 0", &Settings::max_bit_rate, BitRateLimit{8'000'000, false}, BitRateLimit{});
  check_merge("RTMPTMaxViewers", &Settings::max_viewers, 100u, 0u);
  check_merge("RTMPTOnePublisher On", &Settings::one_publisher, false, true);
  check_merge("RTMPTOnePublisher Off", &Settings::one_publisher, true, false);
  check_merge("RTMPTHideStreamName On", &Settings::hide_stream_name, false, true);
  check_merge("RTMPTHideStreamName Off", &Settings::hide_stream_name, true, false);
  check_merge("RTMPTForwardClient", &Settings::forward_client, ClientForwarding::proxy_v1, ClientForwarding::none);
  check_merge("RTMPTAcceptRTMP On", &Settings::accept_rtmp, false, true);
  check_merge("RTMPTAcceptRTMP Off", &Settings::accept_rtmp, true, false);
  check_merge("RTMPTAnonymizeClient On", &Settings::anonymize_client, false, true);
  check_merge("RTMPTAnonymizeClient Off", &Settings::anonymize_client, true, false);
  check_merge("RTMPTSessionLog", &Settings::session_log,
              SessionLogSetting{true, rtmpt_proxy::protocol::SessionLogKind::file, "a.log", 0, "", "combined"},
              SessionLogSetting{true, rtmpt_proxy::protocol::SessionLogKind::file, "a.log", 0, "", "common"});
  check_merge("RTMPTSessionLog off", &Settings::session_log,
              SessionLogSetting{true, rtmpt_proxy::protocol::SessionLogKind::file, "a.log", 0, "", "combined"},
              SessionLogSetting{});
}

TEST_CASE("The merge table above and the table of settings have a row for every setting", "[settings]") {
  // Does not compile once a setting is added: give it a row above, a row in setting_table.hpp, and a name here.
  const auto& [pass, routes, hand_over, accept_rtmp, terminate_tls, adobe_login, authorize, hub_wait, watch,
               allowed_origins, gop_cache_bytes, token_keys, done_callback, callback_timeout, idle_hold, gather,
               session_timeout, buffer_bytes, body_limit_bytes, max_sessions, max_sessions_per_client, max_bit_rate,
               max_viewers, one_publisher, forward_client, anonymize_client, hide_stream_name, session_log] =
      Settings{};
  const bool anything_set =
      pass || routes || hand_over || accept_rtmp || terminate_tls || adobe_login || authorize || hub_wait || watch ||
      allowed_origins || gop_cache_bytes || token_keys || done_callback || callback_timeout || idle_hold || gather ||
      session_timeout || buffer_bytes || body_limit_bytes || max_sessions || max_sessions_per_client || max_bit_rate ||
      max_viewers || one_publisher || forward_client || anonymize_client || hide_stream_name || session_log;
  CHECK_FALSE(anything_set);
  constexpr std::size_t kNamesAbove = 28;
  STATIC_REQUIRE(std::tuple_size_v<decltype(kSimpleSettings)> + std::tuple_size_v<decltype(kOtherSettings)> ==
                 kNamesAbove);
}

TEST_CASE("Fields set on different levels meet in the merge", "[settings]") {
  Settings base;
  base.pass = kPassToA;
  base.idle_hold = 100ms;
  Settings host;
  host.idle_hold = 200ms;
  host.buffer_bytes = 65536;
  Settings expected;
  expected.pass = kPassToA;
  expected.idle_hold = 200ms;
  expected.buffer_bytes = 65536;
  CHECK(merge(base, host) == expected);
}

TEST_CASE("A virtual host that turns its streams off keeps no inherited route, but its own", "[settings]") {
  Settings base;
  base.pass = kPassToA;
  base.routes = HeaderRoutes{route("Host", "^a$", kPassToA)};
  Settings off;
  off.pass = kPassOff;
  CHECK(merge(base, off) == off);
  Settings own = off;
  own.routes = HeaderRoutes{route("Host", "^b$", kPassToB)};
  CHECK(merge(base, own) == own);
  Settings elsewhere;
  elsewhere.pass = kPassToB;
  CHECK(merge(base, elsewhere).routes == base.routes);
}

TEST_CASE("A virtual host uses what is set, and the default of each setting that is not", "[settings]") {
  const EffectiveSettings usual = with_defaults({});
  CHECK(usual.hand_over);
  CHECK(usual.body_limit_bytes == 128u << 20);
  rtmpt_proxy::protocol::SessionTerms terms;
  terms.idle_hold = 500ms;
  terms.gather = 20ms;
  terms.session_timeout = 15s;
  terms.buffer_bytes = 1u << 20;
  terms.hub_wait = 10s;
  terms.gop_cache_bytes = 4u << 20;
  CHECK(usual.terms == terms);
  CHECK_FALSE(usual.claims_streams());
  CHECK_FALSE(usual.forward_client);
  CHECK(usual.terminate_tls == TlsTermination::httpd);

  Settings set;
  set.pass = kPassToA;
  set.hand_over = false;
  set.idle_hold = 1ms;
  set.gather = 2ms;
  set.session_timeout = 3s;
  set.buffer_bytes = 4u << 20;
  set.body_limit_bytes = 5u << 20;
  set.max_sessions = 6;
  set.max_sessions_per_client = 7;
  set.hub_wait = 8s;
  set.gop_cache_bytes = 0;
  set.forward_client = ClientForwarding::srs;
  set.terminate_tls = TlsTermination::gateway;
  const EffectiveSettings effective = with_defaults(set);
  CHECK_FALSE(effective.hand_over);
  CHECK(effective.body_limit_bytes == 5u << 20);
  const rtmpt_proxy::protocol::SessionTerms set_terms{1ms, 2ms, 3s, 4u << 20, 6, 7, false, false, 8s, 0};
  CHECK(effective.terms == set_terms);
  CHECK(effective.claims_streams());
  CHECK(effective.forward_client == ClientForwarding::srs);
  CHECK(effective.terminate_tls == TlsTermination::gateway);
}

TEST_CASE("Every default lies within its range, and zero means no limit for counts alone", "[settings]") {
  for_each_row(kSimpleSettings, [](const auto& row) {
    INFO(row.directive);
    CHECK(row.usual >= row.least);
    CHECK(row.usual <= row.most);
    CHECK(row.least < row.most);
  });
}

TEST_CASE("Where there are no streams every setting is idle but those that bring streams", "[settings]") {
  std::vector<std::string_view> idle = settings_of_streams();
  std::sort(idle.begin(), idle.end());
  const std::vector<std::string_view> expected{
      "RTMPTAcceptRTMP",   "RTMPTAdobeLogin", "RTMPTAllowOrigin",     "RTMPTAnonymizeClient",      "RTMPTAuthorize",
      "RTMPTBodyLimit",    "RTMPTBufferSize", "RTMPTCallbackTimeout", "RTMPTDoneCallback",         "RTMPTForwardClient",
      "RTMPTGather",       "RTMPTGopCache",   "RTMPTHandOver",        "RTMPTHideStreamName",       "RTMPTHubWait",
      "RTMPTIdleHold",     "RTMPTMaxBitRate", "RTMPTMaxSessions",     "RTMPTMaxSessionsPerClient", "RTMPTMaxViewers",
      "RTMPTOnePublisher", "RTMPTSessionLog", "RTMPTSessionTimeout",  "RTMPTTerminateTLS",         "RTMPTTokenKeys",
      "RTMPTWatch"};
  CHECK(idle == expected);
}

TEST_CASE("Where TLS ends is a word of two, in any case of letters", "[settings]") {
  CHECK(find_tls_termination("gateway") == TlsTermination::gateway);
  CHECK(find_tls_termination("Gateway") == TlsTermination::gateway);
  CHECK(find_tls_termination("HTTPD") == TlsTermination::httpd);
  for (const std::string_view text : {"", "gate", "gatewayy", "On", "httpd ", "gateway httpd"}) {
    CAPTURE(text);
    CHECK_FALSE(find_tls_termination(text));
  }
}
