// SPDX-License-Identifier: Apache-2.0
#include "gateway_rig.hpp"

#include "local/gateway_channel.hpp"

#include <array>
#include <csignal>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rtmpt_proxy::test {

using local::ChannelStatus;
using local::Clock;
using local::Descriptor;
using local::GatewayChannel;
using namespace std::chrono_literals;

namespace {

constexpr int kDoor = 3;
constexpr int kLifeline = 4;
constexpr rlim_t kMostDescriptors = 1024; // below every usual hard limit

Descriptor copy_of(int descriptor) {
  return Descriptor(::fcntl(descriptor, F_DUPFD_CLOEXEC, 16));
}

pid_t spawn(int door, int lifeline, std::uint32_t threads) {
  // Above the numbers that are given away, where dup2 makes inheritable copies.
  const Descriptor safe_door = copy_of(door);
  const Descriptor safe_lifeline = copy_of(lifeline);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, safe_door.get(), kDoor);
  posix_spawn_file_actions_adddup2(&actions, safe_lifeline.get(), kLifeline);
  std::string count = std::to_string(threads);
  std::string program = RTMPT_GATEWAY_FILE, door_option = "--door-fd=3", lifeline_option = "--lifeline-fd=4",
              threads_option = "--threads";
  std::array<char*, 6> arguments{program.data(),        door_option.data(), lifeline_option.data(),
                                 threads_option.data(), count.data(),       nullptr};
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot run " + program);
  return pid;
}

void send(int lifeline, const protocol::GatewayMessage& message, std::span<const int> descriptors = {}) {
  GatewayChannel channel(copy_of(lifeline));
  if (channel.send(message, Clock::now() + kPatience, descriptors) != ChannelStatus::ok)
    throw std::runtime_error("the gateway does not take what its lifeline says");
}

} // namespace

GatewayRig::GatewayRig(std::uint32_t threads) : log_(::memfd_create("log", MFD_CLOEXEC)) {
  auto door = local::make_socket_pair(SOCK_SEQPACKET);
  if (!door || !log_) throw std::runtime_error("no door or no log for the gateway");
  door_ = std::move(*door);
  ::fcntl(log_.get(), F_SETFL, O_APPEND); // many descriptors of it are written to
  start(threads);
}

GatewayRig::~GatewayRig() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void GatewayRig::start(std::uint32_t threads) {
  auto lifeline = local::make_socket_pair(SOCK_STREAM);
  if (!lifeline) throw std::runtime_error("no lifeline for the gateway");
  pid_ = spawn(door_.theirs.get(), lifeline->theirs.get(), threads);
  lifeline_ = std::move(lifeline->ours);
  lifeline->theirs.reset();
  GatewayChannel channel(copy_of(lifeline_.get()));
  protocol::GatewayMessage message;
  if (channel.receive(message, Clock::now() + kPatience) != ChannelStatus::ok)
    throw std::runtime_error("the gateway says nothing on its lifeline");
  loops_ = std::get<protocol::Hello>(message).loops;
  send_settings(7);
}

void GatewayRig::send_settings(std::uint8_t log_level) {
  protocol::GatewaySettings settings;
  settings.log_level = log_level;
  settings.server_name = "test";
  settings.sessions_per_loop = 1;
  settings.brings_error_log = true;
  std::vector<int> descriptors{other_log_ >= 0 ? other_log_ : log_.get()};
  settings.brings_control_socket = control_ >= 0;
  if (control_ >= 0) descriptors.push_back(control_);
  settings.brings_ask_door = ask_door_ >= 0;
  settings.most_asks = most_asks_;
  if (ask_door_ >= 0) descriptors.push_back(ask_door_);
  settings.members = members_;
  send(lifeline_.get(), settings, descriptors);
}

void GatewayRig::send_settings(const protocol::GatewaySettings& settings, std::span<const int> descriptors) {
  send(lifeline_.get(), settings, descriptors);
}

void GatewayRig::limit_descriptors(std::size_t most) {
  const rlimit limit{most, kMostDescriptors};
  if (::prlimit(pid_, RLIMIT_NOFILE, &limit, nullptr) != 0)
    throw std::runtime_error("the gateway's descriptors cannot be limited");
}

void GatewayRig::use_log(int descriptor) {
  other_log_ = descriptor;
  send_settings(7);
}

void GatewayRig::give_control(int listener, std::vector<protocol::Member> members) {
  control_ = listener;
  members_ = std::move(members);
  send_settings(7);
}

void GatewayRig::give_ask_door(int way, std::uint32_t most_asks) {
  ask_door_ = way;
  most_asks_ = most_asks;
  const std::size_t taken = logged("RTMPT314");
  send_settings(7);
  // Otherwise clients who come at once are asked about under the settings of before.
  eventually("the gateway has its settings", [&] { return logged("RTMPT314") > taken; });
}

void GatewayRig::give_tls_servers(const protocol::TlsServers& servers) {
  send(lifeline_.get(), servers);
}

void GatewayRig::retire() {
  send(lifeline_.get(), protocol::Retire{});
}

void GatewayRig::stop_gracefully(std::chrono::milliseconds within) {
  send(lifeline_.get(), protocol::StopGracefully{within});
}

void GatewayRig::signal(int number) const {
  ::kill(pid_, number);
}

std::optional<int> GatewayRig::wait_for_end(std::chrono::milliseconds within) {
  int status = 0;
  if (!happens([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }, Deadline(within))) return std::nullopt;
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string GatewayRig::log_text() const {
  struct stat file {};
  ::fstat(log_.get(), &file);
  std::string text(static_cast<std::size_t>(file.st_size), '\0');
  const ssize_t count = ::pread(log_.get(), text.data(), text.size(), 0);
  text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return text;
}

std::size_t GatewayRig::logged(const std::string& text) const {
  const std::string log = log_text();
  std::size_t count = 0;
  for (std::size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1))
    ++count;
  return count;
}

bool GatewayRig::logs(const std::string& text, std::size_t count, std::chrono::milliseconds within) const {
  return happens([&] { return logged(text) >= count; }, Deadline(within));
}

} // namespace rtmpt_proxy::test
