#include "session_table.hpp"

#include "live_session.hpp"

#include <utility>

namespace rtmpt_proxy::gateway {

std::shared_ptr<LiveSession> SessionTable::find(std::string_view id, std::string_view virtual_host) const {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second.virtual_host != virtual_host) return nullptr;
  return found->second.session;
}

void SessionTable::note_refused(std::string_view id) const {
  constexpr std::uint16_t kNotFound = 404;
  if (const auto found = sessions_.find(id); found != sessions_.end())
    found->second.session->request_refused(kNotFound);
}

void SessionTable::add(const std::string& id, const std::string& virtual_host, std::shared_ptr<LiveSession> session) {
  sessions_.emplace(id, Entry{virtual_host, std::move(session)});
}

void SessionTable::remove(std::string_view id) {
  if (const auto found = sessions_.find(id); found != sessions_.end()) sessions_.erase(found);
}

} // namespace rtmpt_proxy::gateway
