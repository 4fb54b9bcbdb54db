// SPDX-License-Identifier: Apache-2.0
#include "gateway/doors/lifeline.hpp"

#include "gateway/doors/control_door.hpp"
#include "gateway/doors/seclusion.hpp"
#include "gateway/loops/gateway.hpp"
#include "local/patience.hpp"

#include <rtmpt_proxy/version.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include <openssl/crypto.h>
#include <unistd.h>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {

constexpr std::size_t kTlsContextsOfTurn = 2;

std::size_t descriptors_of(const protocol::GatewaySettings& settings) {
  const auto files = std::count_if(
      settings.session_logs.begin(), settings.session_logs.end(),
      [](const protocol::SessionLogTarget& target) { return target.kind != protocol::SessionLogKind::syslog; });
  return static_cast<std::size_t>(files) + (settings.brings_error_log ? 1 : 0) +
         (settings.brings_control_socket ? 1 : 0) + (settings.brings_ask_door ? 1 : 0);
}

} // namespace

Lifeline::Lifeline(Gateway& gateway, local::Descriptor socket, ControlDoor& control)
    : gateway_(gateway),
      loop_(gateway.first()),
      control_(control),
      socket_(loop_.io(), socket.release()),
      watch_(loop_.io()),
      end_of_sessions_(loop_.io()),
      parent_(::getppid()) {}

void Lifeline::start() {
  const std::string hello = protocol::encode(
      protocol::Hello{protocol::kGatewayProtocolVersion, std::string(project_version()),
                      static_cast<std::uint32_t>(::getpid()), gateway_.count(), gateway_.tag(), is_secluded()});
  ErrorCode error;
  asio::write(socket_, asio::buffer(hello), error);
  if (error) return gateway_.stop();
  await_readable();
  watch_parent();
}

void Lifeline::await_readable() {
  socket_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const ErrorCode& error) {
    if (!error) on_readable();
  });
}

void Lifeline::on_readable() {
  auto& scratch = loop_.services().scratch;
  const local::Received received = local::receive_with_descriptors(socket_.native_handle(), scratch, descriptors_);
  if (received.status == local::ReceiveStatus::end || received.status == local::ReceiveStatus::failed)
    return gateway_.stop();
  if (received.descriptors_lost) descriptors_lost_ = true;
  reader_.feed({scratch.data(), received.bytes});
  OPENSSL_cleanse(scratch.data(), received.bytes); // it may have been a key
  protocol::GatewayMessage message;
  protocol::FrameError error = protocol::FrameError::none;
  while ((error = reader_.next(message)) == protocol::FrameError::none)
    take(message);
  if (error != protocol::FrameError::need_more) {
    loop_.log().error("RTMPT313: httpd's parent cannot be understood: {}", to_string(error));
    return gateway_.stop();
  }
  await_readable();
}

void Lifeline::take(protocol::GatewayMessage& message) {
  if (auto* const settings = std::get_if<protocol::GatewaySettings>(&message)) {
    take_settings(*settings);
  } else if (auto* const servers = std::get_if<protocol::TlsServers>(&message)) {
    take_tls_servers(std::move(*servers));
  } else if (std::holds_alternative<protocol::Retire>(message)) {
    retire();
  } else if (const auto* const stop = std::get_if<protocol::StopGracefully>(&message)) {
    stop_gracefully(stop->within);
  } else {
    loop_.log().error("RTMPT315: httpd's parent sent a message that is none of its own");
  }
}

void Lifeline::retire() {
  control_.close(); // the newer gateway has the control socket now
  gateway_.retire();
}

// When the number of descriptors differs from what the settings say, nobody can know which descriptor is which. Then
// the logs and the control socket stay as they are.
void Lifeline::take_settings(protocol::GatewaySettings& settings) {
  std::vector<local::Descriptor> brought = std::exchange(descriptors_, {});
  const bool lost = std::exchange(descriptors_lost_, false);
  loop_.gateway_log().set_level(settings.log_level);
  const std::size_t expected = descriptors_of(settings);
  if (brought.size() == expected)
    use_descriptors(settings, std::move(brought));
  else
    loop_.log().error("RTMPT363: httpd's parent sent its settings with {} descriptors, expected {}{}: the error log, "
                      "the session logs and the control socket of before stay in use",
                      brought.size(), expected, lost ? " (some did not arrive, for too many are open here)" : "");
  gateway_.set_sessions_per_loop(settings.sessions_per_loop);
  for (const std::string& name : loop_.tls().use(settings.trust_files))
    loop_.log().error("RTMPT382: no certificate found in SSLProxyCACertificateFile '{}': no rtmps:// server is trusted "
                      "by it",
                      name);
  loop_.log().debug("RTMPT314: settings of {} taken", settings.server_name);
  control_.describe(std::move(settings.server_name), std::move(settings.members));
}

void Lifeline::take_tls_servers(protocol::TlsServers servers) {
  loop_.tls_servers().begin(std::move(servers));
  if (!std::exchange(makes_tls_contexts_, true)) make_tls_contexts();
}

// The streams of this loop have their turns in between.
void Lifeline::make_tls_contexts() {
  if (loop_.tls_servers().make_some(kTlsContextsOfTurn)) return asio::post(loop_.io(), [this] { make_tls_contexts(); });
  makes_tls_contexts_ = false;
  const auto failures = loop_.tls_servers().failures();
  for (const TlsServerContexts::Failure& failure : failures)
    loop_.log().error("RTMPT420: the gateway cannot make TLS for '{}', so httpd makes it there itself: {}",
                      failure.server_name, failure.why);
  loop_.log().debug("RTMPT421: {} servers whose TLS the gateway makes, {} without success",
                    loop_.tls_servers().facts().size(), failures.size());
}

// The descriptors come in the order that GatewaySettings names.
void Lifeline::use_descriptors(const protocol::GatewaySettings& settings, std::vector<local::Descriptor> brought) {
  auto next = brought.begin();
  if (settings.brings_error_log) loop_.gateway_log().use((next++)->release());
  control_.use(settings.brings_control_socket ? std::move(*next++) : local::Descriptor());
  std::shared_ptr<const local::Descriptor> ask_door;
  if (settings.brings_ask_door) ask_door = std::make_shared<const local::Descriptor>(std::move(*next++));
  gateway_.use_ask_door(ask_door, settings.most_asks);
  loop_.session_logs().use(settings.session_logs,
                           {std::make_move_iterator(next), std::make_move_iterator(brought.end())});
}

void Lifeline::stop_gracefully(std::chrono::milliseconds within) {
  gateway_.stop_gracefully(within);
  end_of_sessions_.expires_after(within);
  end_of_sessions_.async_wait([this](const ErrorCode& error) {
    if (!error) gateway_.end_sessions();
  });
}

void Lifeline::watch_parent() {
  watch_.expires_after(local::patience::kParentWatch);
  watch_.async_wait([this](const ErrorCode& error) {
    if (error) return;
    if (::getppid() != parent_) return gateway_.stop();
    watch_parent();
  });
}

} // namespace rtmpt_proxy::gateway
