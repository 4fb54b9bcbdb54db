// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/owned_objects.hpp"

#include <catch2/catch.hpp>

#include <memory>

using rtmpt_proxy::gateway::OwnedObjects;

TEST_CASE("An object lives until it is released, and once", "[owned_objects]") {
  OwnedObjects<int> owner;
  auto object = std::make_shared<int>(7);
  int& inside = *object;
  const std::weak_ptr<int> watched = object;
  owner.add(std::move(object));
  REQUIRE_FALSE(watched.expired());
  CHECK(owner.size() == 1);
  auto released = owner.release(inside);
  CHECK(released.get() == &inside);
  CHECK(owner.size() == 0);
  CHECK(owner.release(inside) == nullptr);
  released.reset();
  CHECK(watched.expired());
}

TEST_CASE("The end of the owner is the end of its objects", "[owned_objects]") {
  std::weak_ptr<int> watched;
  {
    OwnedObjects<int> owner;
    auto object = std::make_shared<int>(7);
    watched = object;
    owner.add(std::move(object));
  }
  CHECK(watched.expired());
}
