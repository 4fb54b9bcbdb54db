// A look at all sessions of a loop, in short turns.
#pragma once

#include <cstddef>
#include <functional>

namespace rtmpt_proxy::gateway {

class Stream;
class SessionTable;

// Sees each session that is in the table from the round's begin to its end, once, while others come and go. One that
// leaves the table before its turn is seen as it leaves; one that comes later may be seen or not. Runs on the table's
// loop, which must outlive it.
class SessionRound {
 public:
  // `is_leaving`: the session has ended. The visitor must not change the table.
  using Visit = std::function<void(Stream& session, bool is_leaving)>;

  SessionRound(SessionTable& table, Visit visit);
  ~SessionRound();
  SessionRound(const SessionRound&) = delete;
  SessionRound& operator=(const SessionRound&) = delete;

  // Looks at `most` more places of the table, each with one session or none. False when there are no more.
  bool go_on(std::size_t most);

 private:
  friend class SessionTable;

  void leaves(Stream& session, std::size_t place);

  SessionTable& table_;
  const Visit visit_;
  std::size_t next_place_ = 0;
  const std::size_t end_; // behind the last place that was there at the begin
};

} // namespace rtmpt_proxy::gateway
