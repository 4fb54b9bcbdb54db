// Facts about one session for logs and status pages: client, backend, kind and name of the stream, bit rates.
#pragma once

#include "gateway/base/time_point.hpp"
#include "gateway/facts/bit_rate_meter.hpp"
#include "gateway/session/session.hpp"
#include "gateway/session/stream_buffer.hpp"

#include <rtmpt_proxy/policy/logs/session_log_record.hpp>
#include <rtmpt_proxy/policy/routing/carriage.hpp>
#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/protocol/rtmp/stream_inspector.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rtmpt_proxy::gateway {

using WallTime = std::chrono::system_clock::time_point;

// A live session at one moment.
struct SessionReport {
  policy::SessionLogRecord record;          // `end` and `end_detail` mean nothing yet
  policy::Way way = policy::Way::forwarded; // of the last request
  std::chrono::microseconds idle{0};        // since the last request
  BitRates rates;
  std::vector<std::uint32_t> history; // see BitRateMeter
};

// Owned by its Stream and used on the stream's loop. Knows neither sockets nor a clock.
class SessionWatch {
 public:
  SessionWatch(const protocol::Admission& admission, protocol::SessionName name, WallTime start, TimePoint now);

  const protocol::SessionName& name() const { return record_.session_name; }
  // For access logs.
  protocol::SessionFacts facts() const;

  // The first `count` of these bytes went from the client to the backend.
  void passed(const Pieces& bytes, std::size_t count);

  // A request came by `way`.
  void came(policy::Way way, TimePoint now);

  // To be called every BitRateMeter::kInterval.
  void sample(const SessionCounters& counters, TimePoint now);

  SessionReport report(const SessionCounters& counters, TimePoint now) const;

  // The session is over.
  policy::SessionLogRecord last_record(const SessionCounters& counters, SessionEnd end, std::string detail,
                                       TimePoint now) const;

 private:
  policy::SessionLogRecord record(const SessionCounters& counters, TimePoint now) const;

  policy::SessionLogRecord record_; // what does not change
  TimePoint begin_;
  TimePoint last_request_;
  policy::Way way_ = policy::Way::forwarded;
  protocol::StreamInspector inspector_;
  BitRateMeter meter_;
};

// The record for the session log of an open that led to no session.
policy::SessionLogRecord record_of(const protocol::OpenRefused& refusal, WallTime now);

} // namespace rtmpt_proxy::gateway
