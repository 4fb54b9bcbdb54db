// SPDX-License-Identifier: Apache-2.0
// Limits how many of the threads of a child one client may keep. It uses no type of httpd.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace rtmpt_proxy::apache {

// Every thread may take a place at any time, and must give it back before this ends. Nothing here waits.
class ClientPlaces {
 public:
  // Each client may have half of `all` places, and one in any case.
  explicit ClientPlaces(std::size_t all) : limit_(all < 4 ? 1 : all / 2) {}

  // Takes a place for the client, which is held as long as the returned pointer. Null when this client has as many as
  // it may.
  std::shared_ptr<void> take(const std::string& client);

 private:
  void give_back(const std::string& client);

  const std::size_t limit_;
  std::mutex mutex_; // guards the following
  std::unordered_map<std::string, std::size_t> taken_;
};

} // namespace rtmpt_proxy::apache
