// SPDX-License-Identifier: Apache-2.0
#include "gateway/sessions/session_table.hpp"

#include "gateway/sessions/session_round.hpp"
#include "gateway/sessions/stream.hpp"

#include <utility>

namespace rtmpt_proxy::gateway {

std::shared_ptr<Stream> SessionTable::find(std::string_view id, const protocol::VhostKey& vhost) const {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second.vhost != vhost || !found->second.session->is_tunnel()) return nullptr;
  return found->second.session->shared_from_this();
}

void SessionTable::note_refused(std::string_view id) const {
  constexpr std::uint16_t kNotFound = 404;
  if (const auto found = sessions_.find(id); found != sessions_.end() && found->second.session->is_tunnel())
    found->second.session->client().request_refused(kNotFound);
}

void SessionTable::add(const protocol::SessionId& id, const protocol::VhostKey& vhost,
                       std::shared_ptr<Stream> session) {
  if (free_places_.empty()) {
    places_.push_back(nullptr);
    free_places_.push_back(places_.size() - 1);
  }
  Stream* const added = session.get();
  streams_.add(std::move(session));
  try {
    const auto [entry, is_new] = sessions_.emplace(id, Entry{vhost, added, free_places_.back()});
    if (!is_new) return;
    places_[entry->second.place] = added;
    free_places_.pop_back();
  } catch (...) { // no memory
    streams_.release(*added);
    throw;
  }
}

void SessionTable::remove(std::string_view id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  for (SessionRound* const round : rounds_)
    round->leaves(*found->second.session, found->second.place);
  places_[found->second.place] = nullptr;
  free_places_.push_back(found->second.place);
  sessions_.erase(found);
}

} // namespace rtmpt_proxy::gateway
