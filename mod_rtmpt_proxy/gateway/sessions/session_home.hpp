// SPDX-License-Identifier: Apache-2.0
// What a stream needs from the event loop that it lives on.
#pragma once

#include "gateway/sessions/stream_limits.hpp"

#include <rtmpt_proxy/policy/logs/session_log_record.hpp>

#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

class Stream;
class SessionLogs;
class SessionTable;
class StreamAsks;
class HiddenNames;
struct LoopServices;

// Every stream of a loop calls it, in the loop's thread.
class SessionEvents {
 public:
  // A session is in the table, and its backend is being read.
  virtual void session_began(const Stream& session) = 0;
  // A session has ended and left the table.
  virtual void session_ended(const policy::SessionLogRecord& record) = 0;
  // What a session wanted was refused, or it must end: for one of a few constant reasons.
  virtual void stream_refused(const std::string& server_name, std::string_view reason) = 0;
  // A session has left the table before its client was told of it.
  virtual void session_abandoned() = 0;

 protected:
  ~SessionEvents() = default;
};

// The loop owns the objects, or all loops share them, and they outlive the loop's streams.
struct SessionHome {
  LoopServices& loop;
  SessionTable& sessions;
  SessionLogs& logs;
  SessionEvents& events;
  StreamAsks& asks;
  LimitHome limits;
  const HiddenNames& names;
};

} // namespace rtmpt_proxy::gateway
