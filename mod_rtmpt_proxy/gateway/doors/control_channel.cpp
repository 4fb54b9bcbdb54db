// SPDX-License-Identifier: Apache-2.0
#include "gateway/doors/control_channel.hpp"

#include "gateway/doors/control_door.hpp"
#include "gateway/loops/gateway.hpp"
#include "gateway/loops/session_ending.hpp"
#include "local/patience.hpp"

#include <rtmpt_proxy/protocol/text/escaped_text.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include <sys/socket.h>

namespace rtmpt_proxy::gateway {

namespace {
constexpr std::size_t kMaxLoggedBytes = 128;
} // namespace

ControlChannel::ControlChannel(Loop& loop, local::Descriptor socket, ControlDoor& door)
    : MessageChannel(loop, std::move(socket), {kMaxOrderBytes, false}), door_(door), deadline_(loop.io()) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return;
  peer_user_ = peer.uid;
  peer_pid_ = peer.pid;
}

void ControlChannel::serve() {
  deadline_.expires_after(local::patience::kControlClient);
  deadline_.async_wait([weak = std::weak_ptr<ControlChannel>(shared())](const boost::system::error_code& error) {
    if (const auto self = weak.lock(); self && !error && self->is_open()) self->fail("it took too long");
  });
  start();
}

std::string ControlChannel::who() {
  return "user " + std::to_string(peer_user_) + " (pid " + std::to_string(peer_pid_) + ")";
}

bool ControlChannel::take(protocol::GatewayMessage& message) {
  if (awaits_loops_ || is_telling()) return false;
  if (auto* const question = std::get_if<protocol::AskStatus>(&message)) return take_question(*question);
  if (auto* const end = std::get_if<protocol::EndSession>(&message)) return take_end(*end);
  if (const auto* const lift = std::get_if<protocol::LiftBan>(&message)) return take_lift(*lift);
  if (const auto* const drain = std::get_if<protocol::DrainBackend>(&message)) return take_drain(*drain);
  return false;
}

bool ControlChannel::take_question(protocol::AskStatus& question) {
  question.server_name = door_.server_name();
  question.members = door_.members();
  question.control_allowed = true;
  loop().log().debug("RTMPT350: control: {} asks for the state", who());
  tell_status(std::move(question));
  return true;
}

bool ControlChannel::take_end(protocol::EndSession& end) {
  std::string name = protocol::escape_for_log(end.session_name.text(), kMaxLoggedBytes);
  awaits_loops_ = true;
  end_session(loop(), std::move(end),
              [weak = std::weak_ptr<ControlChannel>(shared()), &loop = loop(), who = who(),
               name = std::move(name)](bool found) {
                loop.log().info("RTMPT351: control: {} ends session {}: {}", who, name,
                                found ? "done" : "there is none of that name");
                const auto self = weak.lock();
                if (!self || !self->is_open()) return;
                self->awaits_loops_ = false;
                self->say(protocol::Done{found});
              });
  return true;
}

bool ControlChannel::take_lift(const protocol::LiftBan& lift) {
  const std::size_t lifted = loop().bans().lift(lift.number, std::chrono::steady_clock::now());
  loop().log().info("RTMPT526: control: {} lifts {}: {}", who(),
                    lift.number == 0 ? "all bans" : "ban " + std::to_string(lift.number),
                    lifted == 0 ? "there is none" : std::to_string(lifted) + " lifted");
  say(protocol::Done{lifted > 0});
  return true;
}

bool ControlChannel::take_drain(const protocol::DrainBackend& drain) {
  const bool found = door_.knows(drain.backend);
  if (found) loop().counts().set_drained(drain.backend, drain.drained);
  loop().log().info("RTMPT352: control: {} {} {}: {}", who(), drain.drained ? "drains" : "enables",
                    protocol::escape_for_log(url_of(drain.backend), kMaxLoggedBytes),
                    found ? "done" : "there is no such media server");
  say(protocol::Done{found});
  return true;
}

void ControlChannel::on_broken(std::string_view why) {
  loop().log().warn("RTMPT353: control: {} is dropped: {}", who(), why);
}

void ControlChannel::on_close() {
  deadline_.cancel();
  door_.left();
}

} // namespace rtmpt_proxy::gateway
