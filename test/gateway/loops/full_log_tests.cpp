// SPDX-License-Identifier: Apache-2.0
// A log that nobody reads: streams go on, and what is lost is counted and said.
#include "echo_backend.hpp"
#include "gateway_rig.hpp"
#include "tunnel_legs.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using apache::GatewayClient;
using local::Clock;
using local::Descriptor;

namespace {

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
    ++count;
  return count;
}

// A pipe as httpd has to the program of a piped log, which does not read.
class UnreadPipe {
 public:
  explicit UnreadPipe(int bytes = 4096) { // the least there is
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    reader_ = Descriptor(ends[0]);
    writer_ = Descriptor(ends[1]);
    ::fcntl(writer_.get(), F_SETPIPE_SZ, bytes);
  }

  int writer() const { return writer_.get(); }

  // Whether the gateway's lines have filled it.
  bool is_full() const {
    pollfd ready{writer_.get(), POLLOUT, 0};
    return ::poll(&ready, 1, 0) == 0;
  }

  // Reads until the text has come so often, for kPatience at most. All that was read.
  std::string read_until(const std::string& text, std::size_t times = 1) {
    for (const auto deadline = Clock::now() + kPatience; count_of(read_, text) < times && Clock::now() < deadline;) {
      pollfd ready{reader_.get(), POLLIN, 0};
      if (::poll(&ready, 1, 50) <= 0) continue;
      std::array<char, 4096> bytes;
      const ssize_t count = ::read(reader_.get(), bytes.data(), bytes.size());
      if (count <= 0) break;
      read_.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return read_;
  }

 private:
  Descriptor reader_;
  Descriptor writer_;
  std::string read_;
};

std::uint64_t lost_lines(GatewayClient& client) {
  protocol::AskStatus question;
  question.form = protocol::StatusForm::metrics;
  const std::string text = whole_state(client, question);
  constexpr std::string_view kName = "\nrtmpt_error_log_lost_lines_total ";
  return std::stoull(text.substr(text.find(kName) + kName.size()));
}

// A session from its begin to its end: some lines at the level debug.
void use_session(GatewayClient& client, std::uint16_t backend_port, const std::string& address = "127.0.0.1") {
  protocol::Admission admission = admission_to(backend_port);
  admission.client_address = address;
  EchoSession session(open_session(client, admission));
  const auto leg = forwarding_leg(client);
  session.carry(*leg, "bytes");
  session.close(*leg);
}

} // namespace

TEST_CASE("A log that nobody reads stops no stream; lost lines are counted, and said once when it is read again",
          "[loops]") {
  UnreadPipe pipe;
  GatewayRig gateway(2);
  EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  gateway.use_log(pipe.writer());
  EchoSession running(open_session(client, admission_to(backend.port())));
  const auto leg = handed_over_leg(client, running.id());
  for (const auto deadline = Clock::now() + 60s; lost_lines(client) < 100 && Clock::now() < deadline;) {
    for (int i = 0; i < 20; ++i)
      use_session(client, backend.port());
    running.carry(*leg, "goes on");
  }
  CHECK(pipe.is_full());
  const std::uint64_t lost = lost_lines(client);
  CHECK(lost >= 100);
  // What was first stays first: lines that wait in memory come behind those in the pipe, and the loss between them.
  const std::string text = pipe.read_until("RTMPT372");
  CHECK(text.find("] RTMPT372: the error log takes lines again; lost were " + std::to_string(lost) + "\n") !=
        std::string::npos);
  CHECK(text.find("[rtmpt_gateway:warn]") != std::string::npos);
  running.close(*leg);
  use_session(client, backend.port(), "198.51.100.1"); // by its lines the end is known
  const std::string rest = pipe.read_until("RTMPT303: session of 198.51.100.1 ");
  CHECK(count_of(rest, "RTMPT303: session of 198.51.100.1 ") == 1);
  CHECK(count_of(rest, "RTMPT372") == 1);
  CHECK(lost_lines(client) == lost);
}

TEST_CASE("A gateway whose log nobody reads ends soon all the same", "[loops]") {
  UnreadPipe pipe;
  GatewayRig gateway(1);
  EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  gateway.use_log(pipe.writer());
  for (int i = 0; i < 60 && !pipe.is_full(); ++i)
    use_session(client, backend.port());
  REQUIRE(pipe.is_full());
  const auto begin = Clock::now();
  gateway.cut_lifeline();
  CHECK(gateway.wait_for_end(kPatience) == 0);
  CHECK(Clock::now() - begin < 20s);
}

TEST_CASE("The last lines are written before the gateway ends", "[loops]") {
  UnreadPipe pipe(1 << 20);
  GatewayRig gateway(1);
  EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  gateway.use_log(pipe.writer());
  for (int i = 0; i < 50; ++i)
    use_session(client, backend.port());
  use_session(client, backend.port(), "198.51.100.1");
  gateway.cut_lifeline();
  REQUIRE(gateway.wait_for_end(kPatience) == 0);
  const std::string text = pipe.read_until("RTMPT303: session of 198.51.100.1 ");
  CHECK(count_of(text, "RTMPT303") == 51);
}

TEST_CASE("A file as log has every line when the gateway ends, whatever ends it", "[loops]") {
  GatewayRig gateway(2);
  EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  for (int i = 0; i < 50; ++i)
    use_session(client, backend.port());
  use_session(client, backend.port(), "198.51.100.1");
  SECTION("SIGTERM") {
    gateway.signal(SIGTERM);
  }
  SECTION("the end of httpd") {
    gateway.cut_lifeline();
  }
  REQUIRE(gateway.wait_for_end(kPatience) == 0);
  CHECK(count_of(gateway.log_text(), "RTMPT303: session of ") == 51);
  CHECK(count_of(gateway.log_text(), "RTMPT303: session of 198.51.100.1 ") == 1);
}
