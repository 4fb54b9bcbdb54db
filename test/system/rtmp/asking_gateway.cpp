// SPDX-License-Identifier: Apache-2.0
// A gateway that asks httpd what a test tells it to ask, and tells what httpd says to it.
//   asking_gateway --door-fd N --lifeline-fd N [--core-dumps]
// A test writes an order to the control socket and ends its side: the bytes to write to httpd's private listener. The
// answer is what httpd wrote until it closed, an empty line of '=', and one line for each message about streams since
// the last order. An order that begins with "PIPE\n" is joined to the listener instead, both ways until both have
// ended; with "FORK\n" another process of the same user does that. Behind an "ELSE\n" it does the same itself, and says
// from then on that it is another process, as if another gateway had the sessions. An Admission is admitted, unless its
// backend's port is 9: that one is unreachable. A connection that is handed over is told how it came, and then
// everything it sends comes back; of a relayed one only the words are noted. TLS for refused.example is not taken.
#include "local/descriptor_passing.hpp"
#include "local/error_text.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/version.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

namespace protocol = rtmpt_proxy::protocol;
namespace local = rtmpt_proxy::local;

constexpr std::uint32_t kLoops = 3;

bool write_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::string read_to_end(int socket) {
  std::string bytes;
  std::array<char, 4096> piece{};
  for (ssize_t count = 0; (count = ::recv(socket, piece.data(), piece.size(), 0)) > 0;)
    bytes.append(piece.data(), static_cast<std::size_t>(count));
  return bytes;
}

// A session id that leads to this loop of this gateway.
protocol::SessionId session_of(std::uint32_t loop) {
  return protocol::SessionId(std::string(1, protocol::kSessionIdAlphabet[loop]) + "test" +
                             std::string(protocol::kRandomIdBytes, 's'));
}

// Moves bytes both ways until both sides have ended. Called in a forked process too: it takes no memory.
void join(int one, int other) {
  std::array<pollfd, 2> sides{{{one, POLLIN, 0}, {other, POLLIN, 0}}};
  std::array<char, 16384> piece;
  while (sides[0].fd >= 0 || sides[1].fd >= 0) {
    ::poll(sides.data(), sides.size(), -1);
    for (const std::size_t side : {0, 1}) {
      if (sides[side].fd < 0 || sides[side].revents == 0) continue;
      const int target = side == 0 ? other : one;
      const ssize_t count = ::recv(sides[side].fd, piece.data(), piece.size(), 0);
      if (count <= 0 || !write_all(target, {piece.data(), static_cast<std::size_t>(count)})) {
        ::shutdown(target, SHUT_WR);
        sides[side].fd = -1;
      }
    }
  }
}

std::string to_line(const protocol::ProxiedConnection& client) {
  const auto part = [](const protocol::Endpoint& endpoint) {
    return std::string(protocol::to_text(endpoint.address).view()) + ":" + std::to_string(endpoint.port);
  };
  return part(client.source) + ">" + part(client.destination);
}

std::string hello(std::uint32_t pid, bool is_secluded = true) {
  return protocol::encode(protocol::Hello{protocol::kGatewayProtocolVersion,
                                          std::string(rtmpt_proxy::project_version()), pid, kLoops, "test",
                                          is_secluded});
}

// Messages of one socket, with the descriptors that came along.
class Reader {
 public:
  explicit Reader(int socket) : socket_(socket) {}

  // False at the end of the other side.
  bool next(protocol::GatewayMessage& message) {
    for (;;) {
      const protocol::FrameError error = frames_.next(message);
      if (error == protocol::FrameError::none) return true;
      if (error != protocol::FrameError::need_more) return false;
      pollfd waiting{socket_, POLLIN, 0};
      ::poll(&waiting, 1, -1);
      const local::Received received = local::receive_with_descriptors(socket_, piece_, descriptors);
      if (received.status == local::ReceiveStatus::end || received.status == local::ReceiveStatus::failed) return false;
      frames_.feed({piece_.data(), received.bytes});
    }
  }

  std::vector<local::Descriptor> descriptors;

 private:
  int socket_;
  std::array<char, 65536> piece_{};
  protocol::FrameReader frames_;
};

class AskingGateway {
 public:
  void note(const std::string& line) {
    const std::lock_guard<std::mutex> lock(mutex_);
    notes_ += line + "\n";
  }

  std::string take_notes() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(notes_, {});
  }

  void take_settings(const protocol::GatewaySettings& settings, std::vector<local::Descriptor>& descriptors) {
    auto next = descriptors.begin();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (settings.brings_error_log) ++next;
    // The first control socket stays: it is the same one each time, and a thread waits for it.
    if (settings.brings_control_socket && next != descriptors.end()) {
      if (!control_) control_ = std::move(*next);
      ++next;
    }
    door_ = settings.brings_ask_door && next != descriptors.end() ? std::move(*next++) : local::Descriptor();
    descriptors.clear();
    if (control_ && !serving_) std::thread([this] { serve_orders(); }).detach();
    serving_ = serving_ || control_;
  }

  void take_tls_servers(const protocol::TlsServers& told) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const protocol::TlsServer& server : told.servers)
      tls_servers_[server.id] = server.server_name;
  }

  void serve_channel(local::Descriptor socket, std::uint32_t loop) {
    const auto own = static_cast<std::uint32_t>(getpid());
    if (!write_all(socket.get(), hello(is_another_ ? own + 1 : own))) return;
    Reader reader(socket.get());
    for (protocol::GatewayMessage message; reader.next(message);) {
      if (const auto* const admission = std::get_if<protocol::Admission>(&message)) {
        note("admission loop=" + std::to_string(loop) + " ticket=" + std::to_string(admission->ticket) + " " +
             to_line(admission->client) + " client=" + admission->client_address + " user=" + admission->user +
             " tls=" + std::to_string(admission->over_tls) + " backend=" + admission->backend_name +
             " server=" + admission->server_name + " authorize=" + std::to_string(admission->terms.authorize_streams) +
             " host=" + admission->host + " vhost=" + admission->vhost_key.text());
        if (admission->backend.port == 9)
          write_all(socket.get(), protocol::encode(protocol::Refused{protocol::Refusal::backend_unreachable, "test"}));
        else
          write_all(socket.get(), protocol::encode(protocol::Admitted{session_of(1), protocol::SessionName("test")}));
      } else if (const auto* const refused = std::get_if<protocol::OpenRefused>(&message)) {
        note("refused rtmp=" + std::to_string(refused->speaks_rtmp) + " client=" + refused->client_address +
             " detail=" + refused->detail);
        write_all(socket.get(), protocol::encode(protocol::Done{}));
      } else if (const auto* const choose = std::get_if<protocol::Choose>(&message)) {
        note("choose loop=" + std::to_string(loop) + " of=" + std::to_string(choose->candidates.size()));
        write_all(socket.get(), protocol::encode(protocol::Chosen{0}));
      } else if (const auto* const offer = std::get_if<protocol::HandOverRtmp>(&message)) {
        if (!take_connection(socket.get(), reader,
                             "rtmp " + to_line(offer->client) + " tls=" + std::to_string(offer->over_tls) +
                                 " name=" + offer->tls_server_name + "\n"))
          return;
      } else if (const auto* const tls = std::get_if<protocol::HandOverTls>(&message)) {
        if (!take_tls(socket.get(), reader, *tls)) return;
      } else if (const auto* const hand_over = std::get_if<protocol::HandOver>(&message)) {
        if (!take_relayed(socket.get(), reader, *hand_over)) return;
      } else if (const auto* const forward = std::get_if<protocol::Forward>(&message)) {
        note("forward " + std::string(protocol::to_string(forward->request.kind)));
        protocol::Reply reply;
        reply.polling_interval = std::uint8_t{1};
        if (forward->request.kind == protocol::TunnelRequestKind::send && !take_body(reader)) return;
        write_all(socket.get(), protocol::encode(reply));
      } else {
        return;
      }
    }
  }

  void serve_order(local::Descriptor client) {
    std::array<char, 5> first{};
    const ssize_t count = ::recv(client.get(), first.data(), first.size(), MSG_PEEK | MSG_WAITALL);
    const std::string_view word(first.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (word == "ELSE\n") is_another_ = true;
    if (word == "PIPE\n" || word == "FORK\n" || word == "ELSE\n") {
      ::recv(client.get(), first.data(), first.size(), 0);
      return pipe_order(client.get(), word == "FORK\n");
    }
    const std::string order = read_to_end(client.get());
    std::string answer = ask(order);
    write_all(client.get(), answer + "\n====\n" + take_notes());
  }

 private:
  void serve_orders() {
    for (;;) {
      pollfd waiting{control_.get(), POLLIN, 0};
      ::poll(&waiting, 1, -1);
      local::Descriptor client(::accept(control_.get(), nullptr, nullptr));
      if (client) std::thread(&AskingGateway::serve_order, this, std::move(client)).detach();
    }
  }

  // The address of httpd's private listener; none when there is none.
  std::optional<sockaddr_un> door_address() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!door_) return std::nullopt;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", door_.get());
    return address;
  }

  static bool connect_to(int socket, const sockaddr_un& address) {
    return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }

  void pipe_order(int client, bool in_another_process) {
    const std::optional<sockaddr_un> address = door_address();
    const local::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!address) return;
    if (in_another_process) {
      if (::fork() != 0) return; // the new process ends with its two connections
      if (connect_to(socket.get(), *address)) join(client, socket.get());
      ::_exit(0);
    }
    if (connect_to(socket.get(), *address)) join(client, socket.get());
  }

  std::string ask(const std::string& order) {
    if (order.empty()) return {};
    const std::optional<sockaddr_un> address = door_address();
    const local::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!address) return "no ask door";
    if (!connect_to(socket.get(), *address)) return "not connected: " + local::error_text(errno);
    if (!write_all(socket.get(), order)) return "not written";
    return read_to_end(socket.get());
  }

  // Says Take. False when no Residue comes.
  static bool take(int channel, Reader& reader, protocol::Residue& residue) {
    protocol::GatewayMessage message;
    if (!write_all(channel, protocol::encode(protocol::Take{})) || !reader.next(message)) return false;
    auto* const came = std::get_if<protocol::Residue>(&message);
    if (came) residue = std::move(*came);
    return came;
  }

  static bool take_connection(int channel, Reader& reader, std::string words) {
    protocol::Residue residue;
    if (reader.descriptors.size() != 1 || !take(channel, reader, residue)) return false;
    local::Descriptor client = std::move(reader.descriptors.front());
    reader.descriptors.clear();
    words += residue.bytes;
    std::thread([client = std::move(client), words] { echo(client.get(), words); }).detach();
    return true;
  }

  bool take_tls(int channel, Reader& reader, const protocol::HandOverTls& offer) {
    if (offer.tls_server_name == "refused.example") {
      reader.descriptors.clear();
      return write_all(channel, protocol::encode(protocol::Reply{503, false, {}, {}, {}}));
    }
    return take_connection(channel, reader,
                           "tls " + to_line(offer.client) + " server=" + server_of(offer.server_id) +
                               " name=" + offer.tls_server_name + " rtmp=" + std::to_string(offer.accepts_rtmp) + "\n");
  }

  bool take_relayed(int channel, Reader& reader, const protocol::HandOver& offer) {
    protocol::Residue residue;
    const std::size_t descriptors = reader.descriptors.size();
    reader.descriptors.clear();
    if (!take(channel, reader, residue)) return false;
    note("handed over ticket=" + std::to_string(offer.ticket) + " descriptors=" + std::to_string(descriptors) + " " +
         std::string(protocol::to_string(offer.request.kind)) + " awaits=" + std::to_string(offer.awaits_answer) +
         " client=" + offer.client_address + " taken=" + std::to_string(residue.taken_bytes) +
         " residue=" + residue.bytes.substr(0, residue.bytes.find('\r')));
    return true;
  }

  static bool take_body(Reader& reader) {
    protocol::GatewayMessage message;
    while (reader.next(message)) {
      const auto* const piece = std::get_if<protocol::BodyPiece>(&message);
      if (!piece) return false;
      if (piece->last) return true;
    }
    return false;
  }

  // The name of the virtual host whose TLS this is; the id itself when httpd has told of none.
  std::string server_of(const std::string& id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto known = tls_servers_.find(id);
    return known == tls_servers_.end() ? id : known->second;
  }

  static void echo(int client, std::string_view first) {
    std::string bytes(first);
    std::array<char, 65536> piece{};
    for (;;) {
      while (!bytes.empty()) {
        pollfd waiting{client, POLLOUT, 0};
        ::poll(&waiting, 1, -1);
        const ssize_t count = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno != EAGAIN) return;
        if (count > 0) bytes.erase(0, static_cast<std::size_t>(count));
      }
      pollfd waiting{client, POLLIN, 0};
      ::poll(&waiting, 1, -1);
      const ssize_t count = ::recv(client, piece.data(), piece.size(), MSG_DONTWAIT);
      if (count == 0 || (count < 0 && errno != EAGAIN)) return;
      if (count > 0) bytes.assign(piece.data(), static_cast<std::size_t>(count));
    }
  }

  std::atomic<bool> is_another_{false}; // as it says
  std::mutex mutex_;                    // guards the following
  local::Descriptor control_;
  local::Descriptor door_;
  std::string notes_;
  bool serving_ = false;
  std::map<std::string, std::string> tls_servers_; // by id
};

void serve_door(AskingGateway& gateway, int door) {
  for (;;) {
    pollfd waiting{door, POLLIN, 0};
    ::poll(&waiting, 1, -1);
    char loop = 0;
    std::vector<local::Descriptor> descriptors;
    const local::Received received = local::receive_with_descriptors(door, {&loop, 1}, descriptors);
    if (received.status != local::ReceiveStatus::received || descriptors.size() != 1) continue;
    std::thread([&gateway, socket = std::move(descriptors.front()), loop]() mutable {
      gateway.serve_channel(std::move(socket), static_cast<std::uint32_t>(loop));
    }).detach();
  }
}

} // namespace

int main(int argc, char** argv) {
  int lifeline = -1;
  int door = -1;
  bool is_secluded = true;
  for (int i = 1; i < argc; ++i)
    if (std::string_view(argv[i]) == "--core-dumps") is_secluded = false;
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string_view(argv[i]) == "--lifeline-fd") lifeline = std::atoi(argv[i + 1]);
    if (std::string_view(argv[i]) == "--door-fd") door = std::atoi(argv[i + 1]);
  }
  auto& gateway = *new AskingGateway; // threads use it to the end of the process
  if (!write_all(lifeline, hello(static_cast<std::uint32_t>(getpid()), is_secluded))) return 1;
  std::thread([&gateway, door] { serve_door(gateway, door); }).detach();
  Reader reader(lifeline);
  for (protocol::GatewayMessage message; reader.next(message);)
    if (const auto* const settings = std::get_if<protocol::GatewaySettings>(&message))
      gateway.take_settings(*settings, reader.descriptors);
    else if (const auto* const servers = std::get_if<protocol::TlsServers>(&message))
      gateway.take_tls_servers(*servers);
  std::_Exit(0);
}
