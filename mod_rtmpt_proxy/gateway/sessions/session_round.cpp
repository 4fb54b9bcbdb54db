// SPDX-License-Identifier: Apache-2.0
#include "gateway/sessions/session_round.hpp"

#include "gateway/sessions/session_table.hpp"

#include <utility>

namespace rtmpt_proxy::gateway {

SessionRound::SessionRound(SessionTable& table, Visit visit)
    : table_(table), visit_(std::move(visit)), end_(table.places_.size()) {
  table_.rounds_.push_back(this);
}

SessionRound::~SessionRound() {
  std::erase(table_.rounds_, this);
}

bool SessionRound::go_on(std::size_t most) {
  for (; most > 0 && next_place_ < end_; --most) {
    Stream* const session = table_.places_[next_place_++];
    if (session) visit_(*session, false);
  }
  return next_place_ < end_;
}

void SessionRound::leaves(Stream& session, std::size_t place) {
  if (place >= next_place_ && place < end_) visit_(session, true);
}

} // namespace rtmpt_proxy::gateway
