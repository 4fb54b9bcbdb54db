// SPDX-License-Identifier: Apache-2.0
// A gateway that keeps what httpd's parent tells it about TLS.
//   noting_gateway --door-fd N --lifeline-fd N
// Whoever connects to the control socket gets the frames of all messages TlsServers so far, in their order.
#include "local/descriptor_passing.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/version.hpp>

#include <array>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

namespace protocol = rtmpt_proxy::protocol;
namespace local = rtmpt_proxy::local;

bool write_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void await_readable(int socket) {
  pollfd waiting{socket, POLLIN, 0};
  ::poll(&waiting, 1, -1);
}

class NotingGateway {
 public:
  void note(const protocol::TlsServers& servers) {
    const std::lock_guard<std::mutex> lock(mutex_);
    frames_ += protocol::encode(servers);
  }

  // The first control socket stays: it is the same one each time.
  void take_settings(const protocol::GatewaySettings& settings, std::vector<local::Descriptor> descriptors) {
    const std::size_t place = settings.brings_error_log ? 1 : 0;
    if (control_ || !settings.brings_control_socket || place >= descriptors.size()) return;
    control_ = std::move(descriptors[place]);
    std::thread([this] { serve(); }).detach();
  }

 private:
  void serve() {
    for (;;) {
      await_readable(control_.get());
      const local::Descriptor client(::accept(control_.get(), nullptr, nullptr));
      if (!client) continue;
      const std::lock_guard<std::mutex> lock(mutex_);
      write_all(client.get(), frames_);
    }
  }

  local::Descriptor control_;
  std::mutex mutex_; // guards the following
  std::string frames_;
};

} // namespace

int main(int argc, char** argv) {
  int lifeline = -1;
  for (int i = 1; i + 1 < argc; ++i)
    if (std::string_view(argv[i]) == "--lifeline-fd") lifeline = std::atoi(argv[i + 1]);
  protocol::Hello hello{protocol::kGatewayProtocolVersion, std::string(rtmpt_proxy::project_version()),
                        static_cast<std::uint32_t>(getpid()), 1, "test"};
  hello.is_secluded = true;
  if (!write_all(lifeline, protocol::encode(hello))) return 1;
  auto& gateway = *new NotingGateway; // a thread uses it to the end of the process
  protocol::FrameReader frames;
  std::vector<local::Descriptor> descriptors;
  std::array<char, 65536> piece{};
  for (;;) {
    await_readable(lifeline);
    const local::Received received = local::receive_with_descriptors(lifeline, piece, descriptors);
    if (received.status == local::ReceiveStatus::end || received.status == local::ReceiveStatus::failed) std::_Exit(0);
    frames.feed({piece.data(), received.bytes});
    for (protocol::GatewayMessage message; frames.next(message) == protocol::FrameError::none;) {
      if (const auto* const servers = std::get_if<protocol::TlsServers>(&message)) gateway.note(*servers);
      if (const auto* const settings = std::get_if<protocol::GatewaySettings>(&message))
        gateway.take_settings(*settings, std::exchange(descriptors, {}));
    }
  }
}
