// SPDX-License-Identifier: Apache-2.0
#include "control_rig.hpp"

#include "local/control_socket.hpp"
#include "local/error_text.hpp"
#include "local/local_address.hpp"
#include "test/gateway/loops/send_all.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rtmpt_proxy::test {

using local::ChannelStatus;
using local::Clock;
using local::Descriptor;
using namespace std::chrono_literals;

namespace {

Descriptor connect_to(const std::string& path) {
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (const int error = local::connect_to_path(socket.get(), path))
    throw std::runtime_error("nobody to connect to: " + local::error_text(error));
  return socket;
}

} // namespace

// A channel, and a second descriptor of its socket for bytes that are no messages.
class ControlConnection::Channel {
 public:
  explicit Channel(Descriptor socket) : raw_(::dup(socket.get())), channel_(std::move(socket)) {}

  int socket() const { return raw_.get(); }
  local::GatewayChannel& messages() { return channel_; }

 private:
  Descriptor raw_;
  local::GatewayChannel channel_;
};

ControlConnection::ControlConnection(const std::string& path) : channel_(std::make_shared<Channel>(connect_to(path))) {}

int ControlConnection::socket() const {
  return channel_->socket();
}

void ControlConnection::greet() {
  protocol::GatewayMessage message;
  const ChannelStatus status = channel_->messages().receive(message, Clock::now() + kPatience);
  const auto* const hello = std::get_if<protocol::Hello>(&message);
  if (status != ChannelStatus::ok || !hello || hello->protocol_version != protocol::kGatewayProtocolVersion)
    throw std::runtime_error("no Hello: the gateway " + std::string(to_string(status)));
}

protocol::GatewayMessage ControlConnection::order(const protocol::GatewayMessage& message) {
  protocol::GatewayMessage answer;
  ChannelStatus status = channel_->messages().send(message, Clock::now() + kPatience);
  if (status == ChannelStatus::ok) status = channel_->messages().receive(answer, Clock::now() + kPatience);
  if (status != ChannelStatus::ok) throw std::runtime_error("the gateway " + std::string(to_string(status)));
  return answer;
}

std::string ControlConnection::state(const protocol::AskStatus& question) {
  protocol::GatewayMessage answer = order(question);
  for (std::string text;;) {
    const auto& piece = std::get<protocol::StatusPiece>(answer);
    text += piece.bytes;
    if (piece.last) return text;
    const ChannelStatus status = channel_->messages().receive(answer, Clock::now() + kPatience);
    if (status != ChannelStatus::ok) throw std::runtime_error("the gateway " + std::string(to_string(status)));
  }
}

bool ControlConnection::hears_within(std::chrono::milliseconds time) const {
  pollfd ready{socket(), POLLIN, 0};
  return ::poll(&ready, 1, static_cast<int>(time.count())) > 0;
}

bool ControlConnection::send_bytes(std::string_view bytes, int descriptor) {
  return send_all(socket(), bytes, {&descriptor, descriptor >= 0 ? 1u : 0u});
}

bool ControlConnection::ends_within(std::chrono::milliseconds time) {
  const auto deadline = Clock::now() + time;
  while (Clock::now() < deadline) {
    pollfd ready{socket(), POLLIN, 0};
    ::poll(&ready, 1, 50);
    char bytes[4096];
    const ssize_t count = ::recv(socket(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) return true;
  }
  return false;
}

ControlRig::ControlRig() : client_({gateway_.door()}, 0) {
  std::string name = (std::filesystem::temp_directory_path() / "rtmpt-control-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder " + name);
  folder_ = name;
  path_ = (folder_ / "control.sock").string();
  local::ControlSocket made = local::make_control_socket({path_, ::geteuid(), ::getegid(), local::kOwnerAlone});
  if (!made.failure.empty()) throw std::runtime_error(made.failure);
  listener_ = std::move(made.listener);
  gateway_.give_control(listener_.get(), members());
}

ControlRig::~ControlRig() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

protocol::BackendAddress ControlRig::address() const {
  return admission_to(backend_.port()).backend;
}

std::vector<protocol::Member> ControlRig::members() const {
  const protocol::BackendAddress address = this->address();
  return {{"www", "media", address, "rtmp://" + address.host + ":" + std::to_string(address.port),
           protocol::MemberCondition::unknown, 300}};
}

std::string ControlRig::state(const protocol::AskStatus& question) const {
  ControlConnection connection(path_);
  connection.greet();
  return connection.state(question);
}

boost::json::object ControlRig::status() const {
  return boost::json::parse(state()).as_object();
}

boost::json::object ControlRig::backend_status(std::size_t index) const {
  return status().at("backends").as_array().at(index).as_object();
}

bool ControlRig::logs(const std::string& text, std::size_t count) const {
  return gateway_.logs(text, count, kPatience);
}

} // namespace rtmpt_proxy::test
