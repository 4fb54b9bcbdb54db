// SPDX-License-Identifier: Apache-2.0
#include "gateway/doors/control_door.hpp"

#include "gateway/doors/control_channel.hpp"
#include "gateway/loops/gateway.hpp"
#include "local/error_text.hpp"

#include <rtmpt_proxy/policy/routing/backend_url.hpp>
#include <rtmpt_proxy/policy/routing/hub_target.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <utility>

#include <sys/socket.h>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {
// Pause before the next try when the system has no descriptor or no memory for a client.
constexpr std::chrono::seconds kControlRest{1};
} // namespace

ControlDoor::ControlDoor(Gateway& gateway)
    : gateway_(gateway), listener_(gateway.first().io()), rest_(gateway.first().io()) {}

void ControlDoor::use(local::Descriptor listener) {
  ErrorCode ignored;
  listener_.close(ignored);
  rest_.cancel();
  ++listeners_;
  waiting_ = false;
  if (!listener) return;
  listener_.assign(listener.release());
  await_clients();
}

void ControlDoor::describe(std::string server_name, std::vector<protocol::Member> configured) {
  server_name_ = std::move(server_name);
  configured_ = std::move(configured);
}

std::vector<protocol::Member> ControlDoor::members() const {
  std::vector<protocol::Member> all = configured_;
  for (const protocol::BackendAddress& backend : gateway_.first().counts().backends()) {
    const auto is_it = [&backend](const protocol::Member& member) { return member.backend == backend; };
    if (std::none_of(configured_.begin(), configured_.end(), is_it))
      all.push_back({"", "", backend, url_of(backend), protocol::MemberCondition::unknown, 100});
  }
  return all;
}

bool ControlDoor::knows(const protocol::BackendAddress& backend) const {
  const std::vector<protocol::Member> all = members();
  return std::any_of(all.begin(), all.end(),
                     [&backend](const protocol::Member& member) { return member.backend == backend; });
}

void ControlDoor::left() {
  --clients_;
  await_clients();
}

void ControlDoor::await_clients() {
  if (waiting_ || clients_ >= kMaxClients || !listener_.is_open()) return;
  waiting_ = true;
  const auto on_client = [this, listened = listeners_](const ErrorCode& error) {
    if (error || listened != listeners_) return; // from an earlier listener
    waiting_ = false;
    on_readable();
  };
  listener_.async_wait(asio::posix::stream_descriptor::wait_read, on_client);
}

void ControlDoor::on_readable() {
  while (clients_ < kMaxClients && accept_one()) {
  }
  if (!waiting_) await_clients();
}

// Accepts one client. False when no client waits.
bool ControlDoor::accept_one() {
  local::Descriptor client(::accept4(listener_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!client) {
    if (errno == EINTR || errno == ECONNABORTED) return true;
    if (errno != EAGAIN && errno != EWOULDBLOCK) rest();
    return false;
  }
  ++clients_;
  std::make_shared<ControlChannel>(gateway_.first(), std::move(client), *this)->serve();
  return true;
}

void ControlDoor::rest() {
  gateway_.first().log().error("RTMPT354: control: no client can be accepted: {}", local::error_text(errno));
  waiting_ = true;
  rest_.expires_after(kControlRest);
  rest_.async_wait([this, listened = listeners_](const ErrorCode& error) {
    if (error || listened != listeners_) return;
    waiting_ = false;
    await_clients();
  });
}

std::string url_of(const protocol::BackendAddress& backend) {
  if (backend.kind == protocol::BackendKind::hub) return policy::shown_hub(backend);
  return to_string(policy::BackendUrl{policy::scheme_of(backend.kind), backend.host, backend.port, true});
}

} // namespace rtmpt_proxy::gateway
