#include "lifeline.hpp"

#include "control_door.hpp"
#include "gateway_loops.hpp"

#include <rtmpt_proxy/version.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

#include <unistd.h>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {
// A process that httpd's parent forked without exec may hold the lifeline's other end for longer than the parent lives.
constexpr std::chrono::seconds kParentWatch{1};
} // namespace

Lifeline::Lifeline(GatewayLoops& loops, Descriptor socket, ControlDoor& control)
    : loops_(loops),
      gateway_(loops.first()),
      control_(control),
      socket_(gateway_.loop(), socket.release()),
      watch_(gateway_.loop()),
      parent_(::getppid()) {}

void Lifeline::start() {
  const std::string hello =
      protocol::encode(protocol::Hello{protocol::kGatewayProtocolVersion, std::string(project_version()),
                                       static_cast<std::uint32_t>(::getpid()), loops_.count()});
  ErrorCode error;
  asio::write(socket_, asio::buffer(hello), error);
  if (error) return loops_.stop();
  await_readable();
  watch_parent();
}

void Lifeline::await_readable() {
  socket_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const ErrorCode& error) {
    if (!error) on_readable();
  });
}

void Lifeline::on_readable() {
  auto& scratch = gateway_.scratch();
  std::size_t count = 0;
  const ReceiveStatus status = receive(socket_.native_handle(), scratch, count, descriptors_);
  if (status == ReceiveStatus::end || status == ReceiveStatus::failed) return loops_.stop();
  reader_.feed({scratch.data(), count});
  protocol::GatewayMessage message;
  protocol::FrameError error = protocol::FrameError::none;
  while ((error = reader_.next(message)) == protocol::FrameError::none)
    take(message);
  if (error != protocol::FrameError::need_more) {
    gateway_.log().error("RTMPT313: httpd's parent cannot be understood: {}", to_string(error));
    return loops_.stop();
  }
  await_readable();
}

void Lifeline::take(protocol::GatewayMessage& message) {
  if (auto* const settings = std::get_if<protocol::GatewaySettings>(&message)) {
    take_settings(*settings);
  } else if (std::holds_alternative<protocol::Retire>(message)) {
    control_.close(); // the newer gateway has it now
    loops_.retire();
  } else {
    gateway_.log().error("RTMPT315: httpd's parent sent a message that is none of its own");
  }
}

// The descriptors come in the order that GatewaySettings names.
void Lifeline::take_settings(protocol::GatewaySettings& settings) {
  std::vector<Descriptor> brought = std::exchange(descriptors_, {});
  auto next = brought.begin();
  const auto take_next = [&] { return next == brought.end() ? Descriptor() : std::move(*next++); };
  if (settings.brings_error_log) gateway_.gateway_log().use(take_next().release());
  gateway_.gateway_log().set_level(settings.log_level);
  control_.use(settings.brings_control_socket ? take_next() : Descriptor());
  gateway_.session_logs().use(settings.session_logs,
                              {std::make_move_iterator(next), std::make_move_iterator(brought.end())});
  loops_.set_sessions_per_loop(settings.sessions_per_loop);
  gateway_.log().debug("RTMPT314: settings of {} taken", settings.server_name);
  control_.describe(std::move(settings.server_name), std::move(settings.members));
}

void Lifeline::watch_parent() {
  watch_.expires_after(kParentWatch);
  watch_.async_wait([this](const ErrorCode& error) {
    if (error) return;
    if (::getppid() != parent_) return loops_.stop();
    watch_parent();
  });
}

} // namespace rtmpt_proxy::gateway
