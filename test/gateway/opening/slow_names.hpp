// SPDX-License-Identifier: Apache-2.0
// Name servers of a test: they answer when the test says so.
#pragma once

#include "gateway/backends/name_resolver.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace rtmpt_proxy::test {

// What a lookup of a name comes to, and whether it comes at all. Shared with the threads that look up.
class SlowNames {
 public:
  // For NameRules; lookups may outlive this object.
  gateway::LookUp look_up() const;

  void answer(const std::string& name, gateway::Lookup lookup); // from now on
  void hold(const std::string& name);                           // no answer until let_go()
  void let_go();                                                // all that are held, now and later

  std::size_t lookups(const std::string& name) const; // that have begun
  std::size_t under_way() const;                      // of all names
  std::size_t most_under_way() const;                 // that there ever were

 private:
  struct State {
    gateway::Lookup look_up(const std::string& name);

    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, gateway::Lookup> answers;
    std::map<std::string, bool> held;
    std::map<std::string, std::size_t> lookups;
    std::size_t under_way = 0;
    std::size_t most_under_way = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

gateway::Lookup found(const std::string& address);
gateway::Lookup failed(const std::string& why);
gateway::Lookup no_such_name();

} // namespace rtmpt_proxy::test
