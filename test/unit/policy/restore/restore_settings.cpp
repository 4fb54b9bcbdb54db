// SPDX-License-Identifier: Apache-2.0
#include "test/unit/policy/settings/merge_check.hpp"

#include <rtmpt_proxy/policy/restore/restore_settings.hpp>

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::test::check_merge;

namespace {

TrustedProxies proxies(std::initializer_list<const char*> networks) {
  TrustedProxies list;
  for (const char* const network : networks)
    list.add(parse_ip_network(network).network);
  return list;
}

IpAddress address(const char* text) {
  return rtmpt_proxy::protocol::parse_ip_address(text).value();
}

RestoreSettings trusting(const char* network) {
  RestoreSettings settings;
  settings.enabled = true;
  settings.proxies = proxies({network});
  return settings;
}

} // namespace

TEST_CASE("A virtual host inherits each RPAF setting that it leaves unset", "[restore]") {
  check_merge("RPAFenable", &RestoreSettings::enabled, true, false);
  check_merge("RPAFproxy_ips", &RestoreSettings::proxies, proxies({"192.0.2.1", "::1"}), proxies({"198.51.100.0/24"}));
  check_merge("RPAFheader", &RestoreSettings::header, std::string("X-Real-IP"), std::string("Forwarded"));
  check_merge("RPAFsethostname", &RestoreSettings::set_host, true, false);
  check_merge("RPAF_SetHTTPS", &RestoreSettings::set_https, true, false);
  check_merge("RPAF_SetPort", &RestoreSettings::set_port, true, false);
  check_merge("RPAF_ForbidIfNotProxy", &RestoreSettings::proxies_only, true, false);
  check_merge("RPAF_CleanHeaders", &RestoreSettings::clean_headers, true, false);
  check_merge("RPAFproxyProtocol", &RestoreSettings::proxy_protocol, true, false);
}

TEST_CASE("The merge table above has a row for every RPAF setting", "[restore]") {
  // Does not compile once a setting is added: give it a row above, and a name here.
  const auto& [enabled, proxies, header, set_host, set_https, set_port, proxies_only, clean_headers, proxy_protocol] =
      RestoreSettings{};
  const bool anything_set = enabled || proxies || header || set_host || set_https || set_port || proxies_only ||
                            clean_headers || proxy_protocol;
  CHECK_FALSE(anything_set);
}

TEST_CASE("One setting in a virtual host leaves the others inherited", "[restore]") {
  RestoreSettings base = trusting("192.0.2.0/24");
  base.header = "X-Real-IP";
  RestoreSettings host;
  host.set_https = true;
  const RestoreSettings merged = merge(base, host);
  CHECK(merged.enabled == true);
  CHECK(merged.proxies == base.proxies);
  CHECK(merged.header == "X-Real-IP");
  CHECK(merged.set_https == true);
  CHECK_FALSE(merged.set_port);
}

TEST_CASE("Without a directive nothing is restored and nobody is trusted or refused", "[restore]") {
  const RestoreRules rules = with_defaults({});
  CHECK_FALSE(rules.enabled);
  CHECK(rules.proxies.empty());
  CHECK(rules.header == "X-Forwarded-For");
  CHECK(rules.syntax == ForwardedSyntax::address_list);
  CHECK_FALSE(rules.set_host);
  CHECK_FALSE(rules.set_https);
  CHECK_FALSE(rules.set_port);
  CHECK_FALSE(rules.proxies_only);
  CHECK_FALSE(rules.clean_headers);
  CHECK_FALSE(rules.proxy_protocol);
  for (const char* const peer : {"127.0.0.1", "::1", "192.0.2.1"}) {
    CHECK_FALSE(rules.trusts(address(peer)));
    CHECK_FALSE(rules.forbids(address(peer)));
  }
}

TEST_CASE("Every setting that was made is in the rules", "[restore]") {
  RestoreSettings settings = trusting("192.0.2.1");
  settings.header = "FORWARDED";
  settings.set_host = settings.set_https = settings.set_port = true;
  settings.proxies_only = settings.clean_headers = settings.proxy_protocol = true;
  const RestoreRules rules = with_defaults(settings);
  CHECK(rules.enabled);
  CHECK(rules.proxies == proxies({"192.0.2.1"}));
  CHECK(rules.header == "FORWARDED");
  CHECK(rules.syntax == ForwardedSyntax::forwarded);
  CHECK(rules.set_host);
  CHECK(rules.set_https);
  CHECK(rules.set_port);
  CHECK(rules.proxies_only);
  CHECK(rules.clean_headers);
  CHECK(rules.proxy_protocol);
}

TEST_CASE("Only with RPAFenable and a list is anybody believed", "[restore]") {
  RestoreSettings settings = trusting("192.0.2.1");
  CHECK(believes_anybody(with_defaults(settings)));
  settings.enabled = false;
  CHECK_FALSE(believes_anybody(with_defaults(settings)));
  settings.enabled = true;
  settings.proxies.reset();
  CHECK_FALSE(believes_anybody(with_defaults(settings)));
  CHECK_FALSE(believes_anybody(with_defaults({})));
}

TEST_CASE("RPAFenable On without a list trusts nobody", "[restore]") {
  RestoreSettings settings;
  settings.enabled = true;
  CHECK_FALSE(with_defaults(settings).trusts(address("127.0.0.1")));
}

TEST_CASE("RPAFenable Off trusts nobody of the list and refuses nobody else", "[restore]") {
  RestoreSettings settings = trusting("192.0.2.1");
  settings.proxies_only = true;
  CHECK(with_defaults(settings).trusts(address("192.0.2.1")));
  CHECK_FALSE(with_defaults(settings).forbids(address("192.0.2.1")));
  CHECK(with_defaults(settings).forbids(address("192.0.2.2")));
  settings.enabled = false;
  CHECK_FALSE(with_defaults(settings).trusts(address("192.0.2.1")));
  CHECK_FALSE(with_defaults(settings).forbids(address("192.0.2.2")));
}

TEST_CASE("A peer over IPv6 with an IPv4 address is the IPv4 peer of the list", "[restore]") {
  CHECK(with_defaults(trusting("192.0.2.1")).trusts(address("::ffff:192.0.2.1")));
  CHECK(with_defaults(trusting("::ffff:192.0.2.1")).trusts(address("192.0.2.1")));
}
