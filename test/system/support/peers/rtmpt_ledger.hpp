// SPDX-License-Identifier: Apache-2.0
// What an RTMPT server knows of its sessions, and what its client did wrong.
#pragma once

#include "support/peers/rtmpt_request.hpp"

#include <deque>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// A session as the server sees it.
struct RtmptServerSession {
  std::string id;
  std::size_t connection = 0; // on which its latest request came
  std::uint32_t next_number = 0;
  std::string received;  // the bodies of its sends, in the order of arrival
  std::string waiting;   // bytes for its client
  std::size_t taken = 0; // bytes of `waiting` that went out and were taken off it
  bool closed = false;   // by /close
};

// The book of one server. A fault is whatever a real server could choke on: a number that is repeated or left out, two
// sessions on a connection, a session on two connections at a time, an unknown id, a head that does not say what it
// must. Not safe across threads.
class RtmptLedger {
 public:
  // `port`: what the Host header must name. With `same_id` every session gets the same id, and the connection alone
  // tells them apart.
  RtmptLedger(std::uint16_t port, bool same_id) : port_(port), same_id_(same_id) {}

  // Enters a request that came on `request.connection`; sets `request.session`. False when it belongs to no session.
  bool enter(RtmptRequest& request);

  // Notes that a connection has ended, or was ended.
  void note_end(std::size_t connection) { ended_.push_back(connection); }
  void note_fault(const std::string& fault) { faults_.push_back(fault); }

  // References stay valid.
  std::deque<RtmptServerSession>& sessions() { return sessions_; }
  const std::deque<RtmptServerSession>& sessions() const { return sessions_; }
  const std::vector<RtmptRequest>& requests() const { return requests_; }
  std::vector<std::string>& faults() { return faults_; }

 private:
  void open(RtmptRequest& request);
  bool belong(RtmptRequest& request);
  void check_head(const RtmptRequest& request);
  bool has_ended(std::size_t connection) const;

  std::uint16_t port_;
  bool same_id_;
  std::deque<RtmptServerSession> sessions_;
  std::vector<RtmptRequest> requests_;
  std::vector<std::string> faults_;
  std::vector<std::size_t> ended_;
};

} // namespace rtmpt_proxy::test
