// SPDX-License-Identifier: Apache-2.0
// An RTMPT server that a test leads by the hand: it behaves well in all that the test does not take over.
#pragma once

#include "local/descriptor.hpp"
#include "support/peers/rtmpt_connection.hpp"
#include "support/peers/rtmpt_ledger.hpp"
#include "test/support/deadline.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace rtmpt_proxy::test {

// Says how a request is answered; runs in the server's thread, which waits for it.
using RtmptScript = std::function<RtmptAnswer(const RtmptRequest&)>;

struct RtmptServerOptions {
  std::chrono::milliseconds idle_hold{0}; // how long an idle waits for bytes
  bool same_id = false;                   // one id for every session: the connection tells them apart
  int receive_buffer_bytes = 0;           // SO_RCVBUF of the connections, 0 for the system's own
  std::uint16_t port = 0;                 // 0: any free one
};

// Listens on 127.0.0.1 from construction on, with one thread for everything. An open gives an id, a send is collected,
// both send and idle fetch what waits for the session's client. At its end every fault of its client that the test has
// not taken fails the test.
class ScriptedRtmptServer {
 public:
  explicit ScriptedRtmptServer(RtmptServerOptions options = {});
  ~ScriptedRtmptServer();
  ScriptedRtmptServer(const ScriptedRtmptServer&) = delete;
  ScriptedRtmptServer& operator=(const ScriptedRtmptServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const { return "rtmpt://127.0.0.1:" + std::to_string(port_); }

  // From now on answers are as the script says; none: all good behaviour.
  void follow(RtmptScript script);

  // Lets all answers go that are held, and those that would be from now on.
  void release();

  // What has come so far.
  std::vector<RtmptRequest> requests() const;
  std::size_t count(const std::string& kind) const;
  std::size_t session_count() const;
  std::size_t connection_count() const;

  // Waits for the first request, in order of arrival, that `wanted` likes. Throws TimedOut naming `what`.
  RtmptRequest wait_for(const std::string& what, const std::function<bool(const RtmptRequest&)>& wanted,
                        Deadline deadline = Deadline{}) const;

  // One session; they are counted from 0 in the order of their opens.
  RtmptServerSession session(std::size_t index) const;
  std::string received(std::size_t session) const { return this->session(session).received; }

  // Waits until at least `bytes` have come in sends. Throws TimedOut with the number that did.
  std::string wait_for_bytes(std::size_t session, std::size_t bytes, Deadline deadline = Deadline{}) const;

  // Bytes for the session's client, fetched by its idles and sends.
  void send(std::size_t session, std::string_view bytes);

  // A connection's end, whoever ended it. Throws TimedOut.
  bool ended(std::size_t connection) const;
  void wait_for_end(std::size_t connection, Deadline deadline = Deadline{}) const;

  // Ends a connection now, whatever it owes, or between two requests. Returns when it is done.
  void end(std::size_t connection, RtmptAnswer::Then how = RtmptAnswer::Then::finish);
  void end_once_quiet(std::size_t connection, RtmptAnswer::Then how);

  // Leaves what comes on this connection in the kernel's buffers.
  void stop_reading(std::size_t connection);
  void resume_reading(std::size_t connection);

  // Later connections are refused.
  void stop_listening();

  // The client's faults so far, which then count as dealt with.
  std::vector<std::string> take_faults();

 private:
  using Lock = std::unique_lock<std::mutex>;

  void serve();
  void wait_for_events(Lock& lock);
  void accept_all();
  void turn(RtmptConnection& connection, Lock& lock);
  void take_requests(RtmptConnection& connection, Lock& lock);
  void answer_owed(RtmptConnection& connection);
  std::chrono::steady_clock::time_point due(const RtmptConnection::Owed& owed) const;
  std::string standard_answer(const RtmptConnection::Owed& owed);
  void act(const std::function<void()>& change);

  RtmptServerOptions options_;
  local::Descriptor listener_;
  local::Descriptor wake_;
  std::uint16_t port_;
  mutable std::mutex mutex_; // over all that follows
  mutable std::condition_variable changed_;
  RtmptLedger ledger_;
  RtmptScript script_;
  std::vector<std::unique_ptr<RtmptConnection>> connections_;
  bool released_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace rtmpt_proxy::test
