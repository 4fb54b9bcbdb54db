// SPDX-License-Identifier: Apache-2.0
// What other modules get wrong, each as a case: the client must come out as itself, and never with the rights of an
// address that it wrote itself.
#include "restored.hpp"

#include <rtmpt_proxy/policy/restore/forwarded_host.hpp>

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::policy;
using namespace rtmpt_proxy::test;

namespace {

constexpr ForwardedSyntax kList = ForwardedSyntax::address_list;
constexpr ForwardedSyntax kForwarded = ForwardedSyntax::forwarded;

} // namespace

TEST_CASE("A quotation mark from the client does not hide what the proxy appended", "[forwarded_attacks]") {
  // mod_rpaf 0.6 reads quotation marks: everything behind the client's is one token to it, and 10.0.0.5 the client.
  CHECK(restored(kList, {"10.0.0.5 \", 203.0.113.9"}) == "203.0.113.9");
  CHECK(restored(kList, {"\"10.0.0.5, 203.0.113.9"}) == "203.0.113.9");
  CHECK(restored(kList, {"10.0.0.5 \\, 203.0.113.9"}) == "203.0.113.9");
  CHECK(restored(kList, {"10.0.0.5 \"", "203.0.113.9"}) == "203.0.113.9");
  CHECK(restored(kForwarded, {"for=10.0.0.5;x=\", for=203.0.113.9"}) == "203.0.113.9");
  CHECK(restored(kForwarded, {"for=10.0.0.5;x=\"\\, for=203.0.113.9"}) == "203.0.113.9");
  CHECK(restored(kForwarded, {"for=10.0.0.5;x=\", for=\"[2001:db8::9]:80\""}) == "2001:db8::9 port 80");
  CHECK(restored(kForwarded, {"for=10.0.0.5;x=\"", "for=203.0.113.9"}) == "203.0.113.9");
}

TEST_CASE("Requests of different clients on one connection do not see each other's address", "[forwarded_attacks]") {
  // mod_rpaf 0.6 keeps an IPv6 client's address for the next request, and shares it among the streams of HTTP/2.
  for (int i = 0; i < 3; ++i) {
    CHECK(restored(kList, {"2001:db8::9"}) == "2001:db8::9");
    CHECK(restored(kList, {}) == "");
    CHECK(restored(kList, {"203.0.113.9"}) == "203.0.113.9");
    CHECK(restored(kList, {"unknown"}) == "");
  }
}

TEST_CASE("A proxy in a network is trusted", "[forwarded_attacks]") {
  // mod_rpaf 0.6 compares texts, so that 10.0.0.0/8 never matches.
  CHECK(restored(kList, {"203.0.113.9"}, "10.200.3.4") == "203.0.113.9");
}

TEST_CASE("A right-most entry in an unexpected form is not passed over", "[forwarded_attacks]") {
  // mod_rpaf 0.8 takes 10.0.0.5, which the client wrote, in each of these.
  CHECK(restored(kList, {"10.0.0.5, 203.0.113.9:4711"}) == "203.0.113.9 port 4711");
  CHECK(restored(kList, {"10.0.0.5, 2001:DB8::9"}) == "2001:db8::9");
  CHECK(restored(kList, {"10.0.0.5, unknown"}) == "");
  CHECK(restored(kList, {"10.0.0.5, [2001:db8::9]:4711"}) == "2001:db8::9 port 4711");
  CHECK(restored(kForwarded, {"for=10.0.0.5, for=unknown"}) == "");
  CHECK(restored(kForwarded, {"for=10.0.0.5, for=_hidden"}) == "");
  CHECK(restored(kForwarded, {"for=10.0.0.5, proto=https"}) == "");
}

TEST_CASE("No name is resolved and a port costs nobody his address", "[forwarded_attacks]") {
  // mod_remoteip asks the resolver for the first and takes the proxy's address in the second.
  CHECK(restored(kList, {"10.0.0.5, localhost"}) == "");
  CHECK(restored(kList, {"203.0.113.9:4711"}) == "203.0.113.9 port 4711");
}

TEST_CASE("Of two lines of X-Real-IP the proxy's counts", "[forwarded_attacks]") {
  // nginx takes the first one, which is the client's.
  CHECK(restored(forwarded_syntax("X-Real-IP"), {"10.0.0.5", "203.0.113.9"}) == "203.0.113.9");
  CHECK(restored(forwarded_syntax("X-Real-IP"), {"10.0.0.5, 203.0.113.9"}) == "203.0.113.9");
  CHECK(restored(forwarded_syntax("X-Real-IP"), {"10.0.0.5", ""}) == "");
}

TEST_CASE("A host with a port is a host", "[forwarded_attacks]") {
  // mod_rpaf 0.6 closes the connection without an answer.
  CHECK(forwarded_host("live.example.com:8080") == "live.example.com:8080");
  CHECK_FALSE(forwarded_host("live.example.com:80x"));
}
