// Addresses of media servers' names, for all event loops.
//
// The system's getaddrinfo(3) can neither be given a time nor be called off, and takes half a minute when no name
// server answers. So a few threads of this class alone wait for it. Each name is looked up once at a time, however many
// ask; answers are kept for a short while; and while name servers fail, the addresses that a name had last go on being
// used.
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
  no_such_name, // the name servers say so: its owner's doing
  failed,       // it could not be found out
};

struct Lookup {
  LookupStatus status = LookupStatus::failed;
  std::vector<boost::asio::ip::address> addresses; // in the order to try them; not empty when found
  std::string failure;                             // why not, for a log
};

// How a name is looked up. May take as long as it likes, and is called in several threads at once.
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

// Somebody who waits for an answer on an event loop. Made, used and destroyed on that loop.
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

  // The answer when it is known. Else it comes to `inquiry`, later and on its loop, if that is still there then.
  std::optional<Lookup> ask(const std::string& name, const std::shared_ptr<Inquiry>& inquiry);

  // The addresses that the name had when it was found last, however long ago.
  std::optional<Lookup> last_found(const std::string& name) const;

  // Nobody gets an answer from now on. A lookup under way goes on in its thread, which touches nothing of this object.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_; // shared with the threads
};

} // namespace rtmpt_proxy::gateway
