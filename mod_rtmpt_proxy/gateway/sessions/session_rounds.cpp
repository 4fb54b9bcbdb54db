// SPDX-License-Identifier: Apache-2.0
#include "gateway/sessions/session_rounds.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace rtmpt_proxy::gateway {

void SessionRounds::begin(SessionRound::Visit visit, std::function<void(bool)> turned) {
  entries_.emplace_back(sessions_, std::move(visit), std::move(turned));
  go_on_soon();
}

void SessionRounds::go_on_soon() {
  if (is_posted_ || entries_.empty()) return;
  is_posted_ = true;
  boost::asio::post(loop_, [this] {
    is_posted_ = false;
    turn();
  });
}

void SessionRounds::turn() {
  Entry& entry = entries_.front();
  if (entry.round.go_on(kPlacesPerTurn)) {
    entries_.splice(entries_.end(), entries_, entries_.begin());
    entry.turned(false);
  } else {
    const auto turned = std::move(entry.turned);
    entries_.pop_front();
    turned(true);
  }
  go_on_soon();
}

} // namespace rtmpt_proxy::gateway
