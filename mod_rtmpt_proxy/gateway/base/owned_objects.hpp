// SPDX-License-Identifier: Apache-2.0
// The objects of one kind that an event loop owns.
#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rtmpt_proxy::gateway {

// An object is owned from add() to release(). A handler that waits may keep it alive longer. When the object may be on
// the stack, the caller of release() posts the returned pointer to the loop, so that the object is destroyed later. Not
// thread-safe.
template <class Object>
class OwnedObjects {
 public:
  OwnedObjects() = default;
  OwnedObjects(const OwnedObjects&) = delete;
  OwnedObjects& operator=(const OwnedObjects&) = delete;

  void add(std::shared_ptr<Object> object) {
    Object* const key = object.get();
    objects_.emplace(key, std::move(object));
  }

  // Returns the pointer that add() was given; null when `object` is not here.
  std::shared_ptr<Object> release(Object& object) {
    auto released = objects_.extract(&object);
    return released ? std::move(released.mapped()) : nullptr;
  }

  std::size_t size() const { return objects_.size(); }

  // All of them, in no order. For a caller that changes them.
  std::vector<std::shared_ptr<Object>> all() const {
    std::vector<std::shared_ptr<Object>> all;
    for (const auto& [key, object] : objects_)
      all.push_back(object);
    return all;
  }

 private:
  std::unordered_map<Object*, std::shared_ptr<Object>> objects_;
};

} // namespace rtmpt_proxy::gateway
