// What a session needs of the event loop it lives on.
#pragma once

#include <rtmpt_proxy/policy/logs/session_log_record.hpp>

namespace rtmpt_proxy::gateway {

class Stream;
class SessionLogs;
class SessionTable;
struct LoopServices;

// Told by every session of a loop, in the loop's thread.
class SessionEvents {
 public:
  // A session is in the table and reads from its backend.
  virtual void session_began(const Stream& session) = 0;
  // A session has ended and left the table.
  virtual void session_ended(const policy::SessionLogRecord& record) = 0;
  // A session left the table before anybody was told of it.
  virtual void session_abandoned() = 0;

 protected:
  ~SessionEvents() = default;
};

// The loop owns all of it, and it outlives the loop's sessions.
struct SessionHome {
  LoopServices& loop;
  SessionTable& sessions;
  SessionLogs& logs;
  SessionEvents& events;
};

} // namespace rtmpt_proxy::gateway
