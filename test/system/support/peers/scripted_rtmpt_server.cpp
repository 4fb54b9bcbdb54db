// SPDX-License-Identifier: Apache-2.0
#include "support/peers/scripted_rtmpt_server.hpp"

#include "support/clients/byte_stream.hpp"
#include "support/os/free_port.hpp"
#include "support/os/system_error.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

using Clock = std::chrono::steady_clock;

namespace {

constexpr char kPollingByte = 1;
constexpr std::size_t kMostReplyBytes = 64 * 1024;
constexpr auto kNever = Clock::time_point::max();

local::Descriptor listen_on(std::uint16_t port, int receive_buffer_bytes) {
  local::Descriptor listener(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
  const int on = 1;
  checked(setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "SO_REUSEADDR");
  if (receive_buffer_bytes > 0) {
    const int size = receive_buffer_bytes;
    checked(setsockopt(listener.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size), "SO_RCVBUF");
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  checked(listen(listener.get(), 256), "listen");
  return listener;
}

int timeout_until(Clock::time_point due) {
  if (due == kNever) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now()).count();
  return left > 0 ? static_cast<int>(left) : 0;
}

} // namespace

ScriptedRtmptServer::ScriptedRtmptServer(RtmptServerOptions options)
    : options_(options),
      wake_(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      port_(options.port != 0 ? options.port : free_port()),
      ledger_(port_, options.same_id) {
  listener_ = listen_on(port_, options.receive_buffer_bytes);
  thread_ = std::thread([this] { serve(); });
}

ScriptedRtmptServer::~ScriptedRtmptServer() {
  act([this] { stopping_ = true; });
  thread_.join();
  for (const auto& fault : ledger_.faults())
    FAIL_CHECK("the RTMPT server was told: " << fault);
}

void ScriptedRtmptServer::serve() {
  Lock lock(mutex_);
  while (!stopping_) {
    wait_for_events(lock);
    accept_all();
    for (std::size_t i = 0; i < connections_.size(); ++i)
      turn(*connections_[i], lock);
    changed_.notify_all();
  }
}

void ScriptedRtmptServer::wait_for_events(Lock& lock) {
  std::vector<pollfd> wanted{{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}}; // a closed one, -1, is skipped
  auto next = kNever;
  for (const auto& connection : connections_) {
    const int events = (connection->wants_to_read() ? POLLIN : 0) | (connection->wants_to_write() ? POLLOUT : 0);
    if (events != 0) wanted.push_back({connection->socket(), static_cast<short>(events), 0});
    if (!connection->leaving() && !connection->owed.empty()) next = std::min(next, due(connection->owed.front()));
  }
  lock.unlock();
  poll(wanted.data(), wanted.size(), timeout_until(next));
  lock.lock();
  eventfd_t count = 0;
  eventfd_read(wake_.get(), &count);
}

void ScriptedRtmptServer::accept_all() {
  while (listener_) {
    local::Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) return;
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections_.push_back(std::make_unique<RtmptConnection>(connections_.size(), std::move(socket)));
  }
}

void ScriptedRtmptServer::turn(RtmptConnection& connection, Lock& lock) {
  if (!connection.open()) return;
  if (connection.ending && !connection.ending_once_quiet) connection.end(*connection.ending);
  if (connection.wants_to_read()) {
    const bool more = connection.read();
    take_requests(connection, lock);
    if (!more) connection.end(RtmptAnswer::Then::finish);
  }
  answer_owed(connection);
  connection.flush();
  if (connection.open() && connection.ending && connection.is_quiet()) connection.end(*connection.ending);
  if (!connection.open()) ledger_.note_end(connection.index());
}

void ScriptedRtmptServer::take_requests(RtmptConnection& connection, Lock& lock) {
  try {
    while (auto request = take_request(connection.input)) {
      request->connection = connection.index();
      request->at = Clock::now();
      request->unanswered = connection.owed.size();
      if (!ledger_.enter(*request)) return connection.end(RtmptAnswer::Then::finish);
      const auto script = script_;
      lock.unlock();
      auto answer = script ? script(*request) : RtmptAnswer{};
      lock.lock();
      connection.owed.push_back({std::move(*request), std::move(answer)});
    }
  } catch (const BadRequest& bad) {
    ledger_.note_fault(bad.what());
    connection.end(RtmptAnswer::Then::finish);
  }
}

// When the answer goes out as things stand; never, when it waits for an event.
Clock::time_point ScriptedRtmptServer::due(const RtmptConnection::Owed& owed) const {
  if (owed.answer.held && !released_) return kNever;
  auto at = owed.request.at + owed.answer.delay;
  const bool nothing_to_give = ledger_.sessions()[owed.request.session].waiting.empty();
  if (!owed.answer.bytes && owed.request.kind == "idle" && nothing_to_give) at += options_.idle_hold;
  return at;
}

void ScriptedRtmptServer::answer_owed(RtmptConnection& connection) {
  while (!connection.leaving() && !connection.owed.empty() && due(connection.owed.front()) <= Clock::now()) {
    const auto owed = std::move(connection.owed.front());
    connection.owed.pop_front();
    connection.write(owed.answer.bytes ? *owed.answer.bytes : standard_answer(owed), owed.answer.then);
  }
}

std::string ScriptedRtmptServer::standard_answer(const RtmptConnection::Owed& owed) {
  const auto& more = owed.answer.more_headers;
  const auto reply = [&](std::string_view body) { return more.empty() ? rtmpt_reply(body) : rtmpt_reply(body, more); };
  auto& session = ledger_.sessions()[owed.request.session];
  if (owed.request.kind == "open") return reply(session.id + "\n");
  if (owed.request.kind == "close") return reply(std::string(1, '\0'));
  const auto taken = session.waiting.substr(0, kMostReplyBytes);
  session.waiting.erase(0, taken.size());
  session.taken += taken.size();
  return reply(kPollingByte + taken);
}

void ScriptedRtmptServer::act(const std::function<void()>& change) {
  {
    const std::lock_guard lock(mutex_);
    change();
  }
  changed_.notify_all();
  eventfd_write(wake_.get(), 1);
}

} // namespace rtmpt_proxy::test
