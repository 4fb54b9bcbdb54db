// SPDX-License-Identifier: Apache-2.0
// What every setting must do in a merge of the server's settings with a virtual host's.
#pragma once

#include <catch2/catch.hpp>

#include <optional>
#include <string>

namespace rtmpt_proxy::test {

// A setting with two values that differ: the virtual host's own wins, and an unset one inherits. A merge knows each
// field by itself, so every field needs such a check.
template <class Settings, class Value>
void check_merge(const std::string& name, std::optional<Value> Settings::*field, Value of_base, Value of_host) {
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

} // namespace rtmpt_proxy::test
