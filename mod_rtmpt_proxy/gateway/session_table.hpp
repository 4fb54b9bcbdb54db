// The live sessions by their id.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rtmpt_proxy::gateway {

class LiveSession;

class SessionTable {
 public:
  // The session, or null: also when the id belongs to another virtual host, where it is unknown.
  std::shared_ptr<LiveSession> find(std::string_view id, std::string_view virtual_host) const;

  // A request with that id was refused because it came to another virtual host than the session's: the session, if
  // there is one, notes it.
  void note_refused(std::string_view id) const;

  void add(const std::string& id, const std::string& virtual_host, std::shared_ptr<LiveSession> session);
  void remove(std::string_view id);

  // Calls `visit` with each session, in no order. It must not change the table.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const auto& [id, entry] : sessions_)
      visit(*entry.session);
  }

  std::size_t size() const { return sessions_.size(); }

 private:
  struct Entry {
    std::string virtual_host;
    std::shared_ptr<LiveSession> session;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> sessions_;
};

} // namespace rtmpt_proxy::gateway
