// SPDX-License-Identifier: Apache-2.0
// Visits all sessions of a loop, in short turns.
#pragma once

#include <cstddef>
#include <functional>

namespace rtmpt_proxy::gateway {

class Stream;
class SessionTable;

// Visits once each session that is in the table when the round begins. A session that leaves the table before its turn
// is visited as it leaves. A session that comes later may be visited or not. Runs on the table's loop, which must
// outlive it.
class SessionRound {
 public:
  // `is_leaving`: the session has ended. The visitor must not change the table.
  using Visit = std::function<void(Stream& session, bool is_leaving)>;

  SessionRound(SessionTable& table, Visit visit);
  ~SessionRound();
  SessionRound(const SessionRound&) = delete;
  SessionRound& operator=(const SessionRound&) = delete;

  // Visits the sessions at the next `most` places of the table; a place can be empty. False when no places are left.
  bool go_on(std::size_t most);

 private:
  friend class SessionTable;

  void leaves(Stream& session, std::size_t place);

  SessionTable& table_;
  const Visit visit_;
  std::size_t next_place_ = 0;
  const std::size_t end_; // number of places when the round began
};

} // namespace rtmpt_proxy::gateway
