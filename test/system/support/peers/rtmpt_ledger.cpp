// SPDX-License-Identifier: Apache-2.0
#include "support/peers/rtmpt_ledger.hpp"

#include <algorithm>

namespace rtmpt_proxy::test {

namespace {

constexpr std::size_t kMostHeadBytes = 2048; // crtmpserver takes no more

std::string named(const RtmptRequest& request) {
  return "/" + request.kind + "/" + request.id + "/" + std::to_string(request.number) + " on connection " +
         std::to_string(request.connection);
}

} // namespace

bool RtmptLedger::enter(RtmptRequest& request) {
  check_head(request);
  if (request.kind == "open") {
    open(request);
  } else if (!belong(request)) {
    note_fault(named(request) + " belongs to no session");
    requests_.push_back(request);
    return false;
  }
  auto& session = sessions_[request.session];
  if (request.kind != "open") {
    if (session.closed) note_fault(named(request) + " comes after the session's close");
    if (request.number != session.next_number) {
      note_fault(named(request) + " comes when " + std::to_string(session.next_number) + " was due");
    }
    session.next_number = request.number + 1;
  }
  if (request.kind == "send") session.received += request.body;
  if (request.kind == "close") session.closed = true;
  requests_.push_back(request);
  return true;
}

void RtmptLedger::open(RtmptRequest& request) {
  for (const auto& other : sessions_) {
    if (other.connection == request.connection) note_fault(named(request) + ": the connection has a session already");
  }
  request.session = sessions_.size();
  auto& session = sessions_.emplace_back();
  session.id = same_id_ ? "6D5E4F3A2B1C0D9E" : "session-" + std::to_string(request.session);
  session.connection = request.connection;
}

// The session of this connection first: ids may repeat. Else the latest of that id, which has a new connection then.
bool RtmptLedger::belong(RtmptRequest& request) {
  const auto mine = [&](const auto& session) {
    return session.id == request.id && session.connection == request.connection;
  };
  auto found = std::find_if(sessions_.rbegin(), sessions_.rend(), mine);
  if (found == sessions_.rend()) {
    found = std::find_if(sessions_.rbegin(), sessions_.rend(),
                         [&](const auto& session) { return session.id == request.id && !session.closed; });
    if (found == sessions_.rend()) return false;
    if (!has_ended(found->connection)) note_fault(named(request) + ": the session has another connection");
    for (const auto& other : sessions_) {
      if (other.connection == request.connection) note_fault(named(request) + ": the connection is another session's");
    }
    found->connection = request.connection;
  }
  request.session = static_cast<std::size_t>(std::distance(found, sessions_.rend())) - 1;
  return true;
}

void RtmptLedger::check_head(const RtmptRequest& request) {
  const auto require = [&](const char* name, const std::string& wanted) {
    if (request.header(name) != wanted) {
      note_fault(named(request) + ": " + name + " is '" + request.header(name).value_or("") + "', not '" + wanted +
                 "'");
    }
  };
  require("Host", "127.0.0.1:" + std::to_string(port_));
  require("Content-Type", "application/x-fcs");
  require("Connection", "keep-alive");
  if (request.head.size() >= kMostHeadBytes) note_fault(named(request) + " has a head of 2048 bytes or more");
  if (request.kind != "open" && request.header("X-Forwarded-For")) note_fault(named(request) + " names the client");
}

bool RtmptLedger::has_ended(std::size_t connection) const {
  return std::find(ended_.begin(), ended_.end(), connection) != ended_.end();
}

} // namespace rtmpt_proxy::test
