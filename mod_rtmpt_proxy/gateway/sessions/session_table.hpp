// SPDX-License-Identifier: Apache-2.0
// All streams of a loop, and a map from session ids to the live ones.
#pragma once

#include "gateway/base/owned_objects.hpp"

#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rtmpt_proxy::gateway {

class Stream;
class SessionRound;

// Used by one loop, in its thread.
class SessionTable {
 public:
  SessionTable() = default;
  SessionTable(const SessionTable&) = delete;
  SessionTable& operator=(const SessionTable&) = delete;

  // The stream with that session id. Null when there is none, when the id belongs to another virtual host, or when its
  // client speaks RTMP and was told no id.
  std::shared_ptr<Stream> find(std::string_view id, const protocol::VhostKey& vhost) const;

  // A request with that id was refused because it came to another virtual host. If there is a session with that id, it
  // notes this for its end.
  void note_refused(std::string_view id) const;

  // Adds a stream under its session id. The table owns it from now on.
  void add(const protocol::SessionId& id, const protocol::VhostKey& vhost, std::shared_ptr<Stream> session);
  // The stream has ended. find() does not return it any more, but the table owns it until release().
  void remove(std::string_view id);
  // The stream has sent its last bytes and is released. See OwnedObjects::release().
  std::shared_ptr<Stream> release(Stream& stream) { return streams_.release(stream); }

  // Calls `visit` with each session, in no order, without a pause. `visit` must not change the table. While streams
  // run, use SessionRounds instead, which does the same in short turns.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const auto& [id, entry] : sessions_)
      visit(*entry.session);
  }

  // The number of live sessions.
  std::size_t size() const { return sessions_.size(); }

 private:
  friend class SessionRound;

  struct Entry {
    protocol::VhostKey vhost;
    Stream* session;
    std::size_t place = 0; // its index in places_
  };
  // Both look a client's text up without a copy of it.
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const { return std::hash<std::string_view>{}(id); }
    std::size_t operator()(const protocol::SessionId& id) const { return (*this)(id.secret()); }
  };
  struct Same {
    using is_transparent = void;
    static std::string_view view(std::string_view id) { return id; }
    static std::string_view view(const protocol::SessionId& id) { return id.secret(); }
    bool operator()(const auto& one, const auto& other) const { return view(one) == view(other); }
  };

  OwnedObjects<Stream> streams_;
  std::unordered_map<protocol::SessionId, Entry, Hash, Same> sessions_;
  // A session keeps its place as long as it lives, so that a round can stop anywhere and continue later. Null: the
  // place is free.
  std::vector<Stream*> places_;
  std::vector<std::size_t> free_places_;
  std::vector<SessionRound*> rounds_; // rounds that are under way
};

} // namespace rtmpt_proxy::gateway
