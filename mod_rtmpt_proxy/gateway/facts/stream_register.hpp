// SPDX-License-Identifier: Apache-2.0
// Who publishes each stream, and how many play it, where a virtual host limits that: RTMPTOnePublisher and
// RTMPTMaxViewers. All loops use one register, so a limit is exact.
#pragma once

#include "gateway/base/tally.hpp"

#include <rtmpt_proxy/policy/limits/publisher_identity.hpp>
#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace rtmpt_proxy::gateway {

// A stream of a virtual host, by the path that httpd would be asked about: as the media server sees it, whatever alias
// the client wrote.
using StreamKey = std::pair<protocol::VhostKey, std::string>;

enum class PublisherClaim : std::uint8_t {
  holds,   // it publishes
  waits,   // another session was told to end, and `on_place` comes when it has
  refused, // another session publishes, and goes on
};

// Every thread may use it at any time. Must outlive the places that it gives.
class StreamRegister {
 public:
  using ViewerPlace = Tally<StreamKey>::Use;

  // A session that wants to publish. The functions are called in any thread and under the register's lock: they may do
  // nothing but post to the session's loop.
  struct Publisher {
    protocol::SessionName session; // no other session has it
    policy::PublisherIdentity who;
    std::function<void(const protocol::SessionName& other)> on_take_over; // that session takes the stream over
    std::function<void()> on_place;                                       // it waited, and now holds the stream
  };

  // None when `most` play already. The place is kept as long as it lives.
  std::optional<ViewerPlace> enter_viewer(const StreamKey& stream, std::size_t most) {
    return viewers_.enter_below(stream, most);
  }
  std::size_t viewers(const StreamKey& stream) const { return viewers_.count(stream); }

  // One that waits gives way to a later one that may take over as well. leave() must follow, unless it is refused.
  PublisherClaim claim(const StreamKey& stream, Publisher publisher);

  enum class Telling : std::uint8_t { whoever_waits, nobody };
  // The session publishes or waits no longer. `nobody`: all loops end, and nobody may be called any more.
  void leave(const StreamKey& stream, const protocol::SessionName& session, Telling telling);

  // How many streams are published under such a limit.
  std::size_t published() const;

 private:
  struct Entry {
    Publisher holder;
    std::optional<Publisher> waiting;
  };

  Tally<StreamKey> viewers_;
  mutable std::mutex mutex_;
  std::map<StreamKey, Entry> publishers_; // guarded by mutex_
};

} // namespace rtmpt_proxy::gateway
