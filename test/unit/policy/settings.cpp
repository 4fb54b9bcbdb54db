#include <rtmpt_proxy/policy/settings.hpp>
#include <rtmpt_proxy/protocol/gateway_message.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::policy;
using namespace std::chrono_literals;

namespace {

const Pass kPassToA{BackendUrl{"a", 1935, false}};
const Pass kPassOff{};

// A setting with two values that differ; the merge knows each field by itself, so every field has its row below.
template <class T>
void check_merge(const std::string& name, std::optional<T> Settings::*field, T of_base, T of_host) {
  INFO(name);
  REQUIRE_FALSE(of_base == of_host);
  Settings set_in_base;
  set_in_base.*field = of_base;
  Settings set_in_host;
  set_in_host.*field = of_host;
  const Settings unset;

  CHECK(merge(unset, unset) == unset);
  CHECK(merge(set_in_base, unset) == set_in_base);
  CHECK(merge(unset, set_in_host) == set_in_host);
  CHECK(merge(set_in_base, set_in_host) == set_in_host);
}

} // namespace

TEST_CASE("A virtual host inherits what it leaves unset and overrides what it sets", "[settings]") {
  check_merge<Pass>("RTMPTProxyPass", &Settings::pass, kPassToA, Pass{BackendUrl{"b", 1936, true}});
  check_merge<Pass>("RTMPTProxyPass !", &Settings::pass, kPassToA, kPassOff);
  check_merge<Pass>("RTMPTProxyPass after !", &Settings::pass, kPassOff, kPassToA);
  check_merge("RTMPTHandOver Off", &Settings::hand_over, true, false);
  check_merge("RTMPTHandOver On", &Settings::hand_over, false, true);
  check_merge("RTMPTIdleHold", &Settings::idle_hold, 100ms, 0ms);
  check_merge("RTMPTGather", &Settings::gather, 20ms, 0ms);
  check_merge("RTMPTSessionTimeout", &Settings::session_timeout, 15000ms, 60000ms);
  check_merge("RTMPTBufferSize", &Settings::buffer_bytes, 65536u, 1u << 20);
  check_merge("RTMPTBodyLimit", &Settings::body_limit_bytes, 4096u, 1u << 20);
}

TEST_CASE("The merge table above has a row for every setting", "[settings]") {
  // Does not compile once a setting is added: give it a row above, and a name here.
  const auto& [pass, hand_over, idle_hold, gather, session_timeout, buffer_bytes, body_limit_bytes] = Settings{};
  const bool anything_set =
      pass || hand_over || idle_hold || gather || session_timeout || buffer_bytes || body_limit_bytes;
  CHECK_FALSE(anything_set);
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

TEST_CASE("Every default lies within its limits", "[settings]") {
  CHECK(kDefaultIdleHold <= kMaxIdleHold);
  CHECK(kDefaultGather <= kMaxGather);
  CHECK(kDefaultSessionTimeout >= kMinSessionTimeout);
  CHECK(kDefaultSessionTimeout <= kMaxSessionTimeout);
  CHECK(kDefaultBufferBytes >= kMinBufferBytes);
  CHECK(kDefaultBufferBytes <= kMaxBufferBytes);
  CHECK(kDefaultBodyLimitBytes >= kMinBodyLimitBytes);
  CHECK(kDefaultBodyLimitBytes <= kMaxBodyLimitBytes);
}

TEST_CASE("The largest body limit is what a gateway message can carry", "[settings]") {
  CHECK(kMaxBodyLimitBytes == rtmpt_proxy::protocol::kMaxBodyLimitBytes);
}
