// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/hub_target.hpp>

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::protocol::BackendKind;

TEST_CASE("A hub with a name is the same at every virtual host", "[hub_target]") {
  CHECK(hub_address({"main"}, "0123") == hub_address({"main"}, "4567"));
  CHECK_FALSE(hub_address({"main"}, "0123") == hub_address({"other"}, "0123"));
  CHECK(hub_address({"main"}, "0123").kind == BackendKind::hub);
  CHECK(shown_hub(hub_address({"main"}, "0123")) == "hub:main");
}

TEST_CASE("A virtual host's own hub is no other's, whatever names there are", "[hub_target]") {
  CHECK(hub_address({}, "0123") == hub_address({}, "0123"));
  CHECK_FALSE(hub_address({}, "0123") == hub_address({}, "4567"));
  CHECK_FALSE(hub_address({}, "0123") == hub_address({"0123"}, ""));
  CHECK(shown_hub(hub_address({}, "0123")) == "hub:");
}

TEST_CASE("A text is about a hub by its beginning alone", "[hub_target]") {
  for (const char* const text : {"hub:", "hub:main", "Hub:x", "hub://x", "hub:/"})
    CHECK(is_hub_text(text));
  for (const char* const text : {"", "hub", "hubs:", "rtmp://hub:1935", "!"})
    CHECK_FALSE(is_hub_text(text));
  CHECK_FALSE(parse_hub_name("rtmp://hub").error.empty());
}
