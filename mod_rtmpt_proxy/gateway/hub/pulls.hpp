// SPDX-License-Identifier: Apache-2.0
// All pulls of the gateway, shared by all loops: which streams of media servers are fetched for viewers.
#pragma once

#include "gateway/backends/name_resolver.hpp"
#include "gateway/backends/tls_contexts.hpp"
#include "gateway/hub/pull_target.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::gateway {

class HubLoop;
class HubStreams;

enum class PullState : std::uint8_t {
  connecting, // to the media server
  idle,       // the server has nothing to play
  live,
  waiting, // until it is tried again
};

// "connecting", "idle", "live" or "waiting".
std::string_view to_string(PullState state);

// What is told of one pull.
struct PullFacts {
  std::string server_name;
  std::string backend; // "rtmp://media"
  std::string stream;  // as it may be shown
  PullState state = PullState::connecting;
  std::uint64_t viewers = 0;
};

// Every thread may use it at any time. Must outlive every HubLoop. SharedState owns it.
class Pulls {
 public:
  static constexpr std::size_t kMostPulls = 1000;
  // Of which nothing has come yet, and which the same client has begun: who names streams at random gets no more.
  static constexpr std::size_t kMostSilentPulls = 16;

  // All must outlive it.
  Pulls(NameResolver& names, TlsContexts& tls, HubStreams& streams) : names_(names), tls_(tls), streams_(streams) {}
  Pulls(const Pulls&) = delete;
  Pulls& operator=(const Pulls&) = delete;

  // A viewer of the stream has joined the hub on `loop`, in whose thread this is called: when there is no pull of it,
  // one begins there. `client`: its address, as counted_as() has it. False: there are as many as there may be, in all
  // or silent ones of this client, and this one is not among them.
  bool want(const std::shared_ptr<HubLoop>& loop, const PullTarget& target, const std::string& client);

  // For a pull. No new viewer counts on it any more; one that comes makes another pull. end_unwatched() is false, and
  // nothing changes, while there are viewers.
  void end(const PullKey& key);
  bool end_unwatched(const PullKey& key);
  void set_state(const PullKey& key, PullState state);
  void set_reached(const PullKey& key, bool is_reached);

  // Whether there is such a pull, and its media server has not yet answered it on the present connection.
  bool is_unreached(const PullKey& key) const;

  NameResolver& names() { return names_; }
  TlsContexts& tls() { return tls_; }

  // All pulls, in the order of hub and path. For a status page; it copies.
  std::vector<PullFacts> facts() const;

 private:
  struct Entry {
    PullFacts facts;
    std::string client;      // whose viewer began it
    bool is_silent = true;   // nothing has ever come
    bool is_reached = false; // its media server has answered
  };
  using Entries = std::map<PullKey, Entry>;

  void end_silence(Entry& entry);
  void forget(Entries::iterator place);

  NameResolver& names_;
  TlsContexts& tls_;
  HubStreams& streams_;
  mutable std::mutex mutex_; // taken before that of the streams
  Entries pulls_;
  std::map<std::string, std::size_t> silent_; // by client, more than 0
};

} // namespace rtmpt_proxy::gateway
