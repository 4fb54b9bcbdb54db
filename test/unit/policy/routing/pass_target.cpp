// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/pass_target.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::policy;

TEST_CASE("A target is a backend, a balancer or nowhere", "[pass_target]") {
  struct Row {
    std::string text;
    PassTarget target;
    std::string written;
  };
  const std::string name84(84, 'n');
  const std::string name32(32, 'n');
  const Row table[] = {
      {"!", Nowhere{}, "!"},
      {"rtmp://media", BackendUrl{BackendScheme::rtmp, "media", 1935, false}, "rtmp://media"},
      {"rtmpt://media:8080/", BackendUrl{BackendScheme::rtmpt, "media", 8080, true}, "rtmpt://media:8080"},
      {"balancer://media", BalancerName{"media"}, "balancer://media"},
      {"balancer://media/", BalancerName{"media"}, "balancer://media"},
      {"Balancer://Media-2_a.b", BalancerName{"media-2_a.b"}, "balancer://media-2_a.b"},
      {"hub:", HubName{}, "hub:"},
      {"hub:main", HubName{"main"}, "hub:main"},
      {"HUB:Main_2-b", HubName{"Main_2-b"}, "hub:Main_2-b"},
      {"hub:" + name32, HubName{name32}, "hub:" + name32},
      {"balancer://1a", BalancerName{"1a"}, "balancer://1a"},
      {"balancer://" + name84, BalancerName{name84}, "balancer://" + name84},
  };
  for (const Row& row : table) {
    INFO(row.text);
    const PassTargetResult result = parse_pass_target(row.text);
    CHECK(result.error.empty());
    CHECK(result.target == row.target);
    CHECK(to_string(result.target) == row.written);
    CHECK(leads_somewhere(result.target) == (row.text != "!"));
  }
}

TEST_CASE("What is no target is named together with what was expected", "[pass_target]") {
  struct Row {
    std::string text;
    std::string quoted;
    std::string expected;
  };
  const std::string hub = "expected hub: for the virtual host's own, or hub:name";
  const std::string balancer = "expected balancer://name";
  const std::string backend = "expected rtmp://host[:port], rtmps://host[:port] or rtmpt://host[:port]";
  const std::string name85(85, 'n');
  const Row table[] = {
      {"", "\"\"", backend},
      {"!!", "\"!!\"", backend},
      {"http://media", "\"http://media\"", "expected rtmpt://media"},
      {"balancer:/media", "\"balancer:/...\"", "as in balancer://media"},
      {"balancer://", "\"balancer://\"", balancer},
      {"balancer:///", "\"balancer:///\"", balancer},
      {"balancer://media//", "\"balancer://media/...\"", balancer},
      {"balancer://media/live", "\"balancer://media/...\"", balancer},
      {"balancer://media:80", "\"balancer://media:80\"", balancer},
      {"balancer://me@media", "\"balancer://...\"", balancer},
      {"balancer://media?x=1", "\"balancer://media?...\"", balancer},
      {"balancer://me dia", "\"balancer://me dia\"", balancer},
      {"hub://main", "\"hub://main\"", hub},
      {"hub:/", "\"hub:/", hub},
      {"hub:a b", "\"hub:a b\"", hub},
      {"hub:a.b", "\"hub:a.b\"", hub},
      {"hub:\xc3\xa9", "\"hub:", hub},
      {"hub:main:1935", "\"hub:main:1935\"", hub},
      {"hub:" + std::string(33, 'n'), "\"hub:" + std::string(33, 'n') + "\"", hub},
      {"balancer://10.0.0.1", "\"balancer://10.0.0.1\"", balancer},
      {"balancer://" + name85, "\"balancer://" + name85 + "\"", balancer},
  };
  for (const Row& row : table) {
    INFO(row.text);
    const PassTargetResult result = parse_pass_target(row.text);
    INFO(result.error);
    CHECK(result.error.substr(0, row.quoted.size()) == row.quoted);
    CHECK(result.error.find(row.expected) != std::string::npos);
    CHECK_FALSE(leads_somewhere(result.target));
  }
}
