// SPDX-License-Identifier: Apache-2.0
// Looks up the addresses of backends' names, for all event loops.
//
// The system's getaddrinfo(3) has no time limit and cannot be cancelled, and it takes half a minute when no name server
// answers. So this class calls it in a few threads of its own. Each name is looked up once at a time, however many ask.
// Answers are kept for a short time. While name servers fail, the last known addresses of a name are used.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rtmpt_proxy::gateway {

enum class LookupStatus {
  found,
  no_such_name, // the name servers say that there is no such name
  failed,       // no name server could say
};

struct Lookup {
  LookupStatus status = LookupStatus::failed;
  std::vector<boost::asio::ip::address> addresses; // in the order to try them; not empty when found
  std::string failure;                             // why not, for a log
};

// Looks up a name. May block for any time. Called in several threads at once.
using LookUp = std::function<Lookup(const std::string& name)>;

// With getaddrinfo(3).
Lookup look_up_with_system(const std::string& name);

struct NameRules {
  LookUp look_up = look_up_with_system;
  // How long an answer is used before the name is looked up again.
  std::chrono::milliseconds found_life{10'000};
  std::chrono::milliseconds no_such_name_life{2'000};
  std::chrono::milliseconds failed_life{1'000};
};

// A question that waits for its answer on an event loop. Made, used and destroyed on that loop.
struct Inquiry {
  explicit Inquiry(boost::asio::io_context& its_loop) : loop(its_loop), bell(its_loop) {}

  boost::asio::io_context& loop;
  std::optional<Lookup> answer;
  boost::asio::steady_timer bell; // cancelled when the answer has come
};

// Every loop may ask at any time. Must be stopped before a loop that has asked is destroyed.
class NameResolver {
 public:
  static constexpr std::size_t kMostThreads = 4;
  static constexpr std::size_t kMostQueued = 64;  // names that wait for a thread
  static constexpr std::size_t kMostNames = 1024; // whose answers are kept

  explicit NameResolver(NameRules rules = {});
  ~NameResolver(); // stops it
  NameResolver(const NameResolver&) = delete;
  NameResolver& operator=(const NameResolver&) = delete;

  // Returns the answer when it is known. Otherwise the answer goes to `inquiry`, later and on its loop, if it still
  // exists then.
  std::optional<Lookup> ask(const std::string& name, const std::shared_ptr<Inquiry>& inquiry);

  // The addresses that the name had when it was found last, however long ago.
  std::optional<Lookup> last_found(const std::string& name) const;

  // From now on nobody gets an answer. A lookup under way continues in its thread, which does not use this object.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_; // shared with the threads
};

} // namespace rtmpt_proxy::gateway
