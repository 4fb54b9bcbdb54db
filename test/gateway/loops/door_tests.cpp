// SPDX-License-Identifier: Apache-2.0
// What comes to the gateway's door and over its lifeline that should not: the gateway says so and goes on.
#include "echo_backend.hpp"
#include "gateway_rig.hpp"
#include "processor_time.hpp"
#include "send_all.hpp"
#include "tunnel_legs.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using apache::GatewayClient;
using local::Clock;
using local::Descriptor;

namespace {

void put_through(int door, const std::string& bytes, const std::vector<int>& descriptors) {
  REQUIRE(send_all(door, bytes, descriptors));
}

// Whether a channel that is brought through the door the right way is greeted.
bool is_greeted(int door) {
  auto pair = local::make_socket_pair(SOCK_STREAM);
  put_through(door, std::string(1, '\0'), {pair->theirs.get()});
  pair->theirs.reset();
  pollfd ready{pair->ours.get(), POLLIN, 0};
  char byte = 0;
  return ::poll(&ready, 1, static_cast<int>(kPatience.count())) == 1 && ::recv(pair->ours.get(), &byte, 1, 0) == 1;
}

std::size_t open_descriptors(pid_t pid) {
  const std::filesystem::directory_iterator entries("/proc/" + std::to_string(pid) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

std::string random_bytes() {
  return std::string("some bytes of a stream");
}

} // namespace

TEST_CASE("A message at the door that is none is dropped with a line, and the door stays open", "[loops]") {
  GatewayRig gateway(1);
  REQUIRE(is_greeted(gateway.door()));
  const Descriptor one(::dup(gateway.door()));
  const Descriptor two(::dup(gateway.door()));
  SECTION("without a byte") {
    put_through(gateway.door(), "", {});
    CHECK(is_greeted(gateway.door()));
    CHECK(happens([&] {
      return gateway.logged("RTMPT360: a message at the door of httpd's children is dropped: it brings 0 "
                            "descriptors, expected 1") == 1;
    }));
  }
  SECTION("without a byte, but with a descriptor") {
    put_through(gateway.door(), "", {one.get()});
    CHECK(is_greeted(gateway.door()));
    CHECK(happens([&] {
      return gateway.logged("RTMPT360: a message at the door of httpd's children is dropped: it names no loop") == 1;
    }));
  }
  SECTION("without a descriptor, and too long") {
    put_through(gateway.door(), std::string(100, '\0'), {});
    CHECK(is_greeted(gateway.door()));
    CHECK(happens([&] { return gateway.logged("it brings 0 descriptors, expected 1") == 1; }));
  }
  SECTION("with two descriptors") {
    const std::size_t before = open_descriptors(gateway.pid());
    put_through(gateway.door(), std::string(1, '\0'), {one.get(), two.get()});
    CHECK(is_greeted(gateway.door()));
    CHECK(happens([&] { return gateway.logged("it brings 2 descriptors, expected 1") == 1; }));
    CHECK(happens([&] { return open_descriptors(gateway.pid()) <= before; })); // both are closed
  }
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("A channel whose descriptor cannot be opened costs a line that says so, not the door", "[loops]") {
  GatewayRig gateway(1);
  REQUIRE(is_greeted(gateway.door()));
  REQUIRE(happens([&] { return gateway.logged("RTMPT314") == 1; }));
  gateway.limit_descriptors(5); // fewer than are open
  CHECK_FALSE(is_greeted(gateway.door()));
  CHECK(happens([&] { return gateway.logged("its descriptor did not arrive, for too many are open") == 1; }));
  gateway.limit_descriptors(512);
  CHECK(is_greeted(gateway.door()));
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("A descriptor at the door that cannot be waited for is closed with a line, and ends nothing", "[loops]") {
  GatewayRig gateway(1);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  EchoSession session(open_session(client, admission_to(backend.port())));
  const local::Descriptor path(::open("/", O_PATH | O_CLOEXEC)); // epoll takes none of these
  put_through(gateway.door(), std::string(1, '\0'), {path.get()});
  CHECK(happens([&] { return gateway.logged("RTMPT312: a channel of httpd is closed: its descriptor") == 1; }));
  const auto leg = forwarding_leg(client);
  CHECK_NOTHROW(session.carry(*leg, random_bytes()));
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("Nonsense at the door, however much, costs a few lines", "[loops]") {
  GatewayRig gateway(1);
  for (int i = 0; i < 2000; ++i)
    put_through(gateway.door(), i % 2 == 0 ? "" : "x", {});
  CHECK(is_greeted(gateway.door()));
  CHECK(happens([&] { return gateway.logged("RTMPT360") >= 1; }));
  CHECK(gateway.logged("RTMPT360") <= 50);
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("A door that a child has shut down is told once, and its streams go on at no cost", "[loops]") {
  GatewayRig gateway(1);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  EchoSession session(open_session(client, admission_to(backend.port())));
  const auto leg = handed_over_leg(client, session.id());
  ::shutdown(gateway.door(), SHUT_RDWR);
  CHECK(happens([&] { return gateway.logged("RTMPT362") == 1; }));
  for (int round = 0; round < 10; ++round)
    CHECK_NOTHROW(session.carry(*leg, random_bytes()));
  CHECK(comes_to_rest(gateway.pid()));
  CHECK(gateway.logged("RTMPT362") == 1);
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("A connection whose descriptor did not arrive stays with httpd, and the channel goes on", "[loops]") {
  GatewayRig gateway(1);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  EchoSession session(open_session(client, admission_to(backend.port())));
  protocol::HandOver terms;
  terms.vhost_key = protocol::VhostKey("vh");
  terms.client_address = "192.0.2.7";
  terms.host_header = "test:80";
  terms.body_limit_bytes = 1 << 20;
  terms.request.session_id = protocol::SessionId(session.id());
  auto pair = local::make_socket_pair(SOCK_STREAM);
  gateway.limit_descriptors(5);
  auto kept = client.exchange_for_session(0, terms.request.session_id, terms, kPatience, pair->theirs.get());
  REQUIRE(kept.status == local::ChannelStatus::ok);
  REQUIRE(std::holds_alternative<protocol::Reply>(kept.answer));
  CHECK(std::get<protocol::Reply>(kept.answer).status == 503);
  client.give_back(0, std::move(kept.channel));
  CHECK(happens([&] {
    return gateway.logged("RTMPT361: a connection of 192.0.2.7 stays with httpd: its descriptor did not arrive") == 1;
  }));
  CHECK(gateway.logged("message out of place") == 0);
  gateway.limit_descriptors(512);
  auto taken = client.exchange_for_session(0, terms.request.session_id, terms, kPatience, pair->theirs.get());
  REQUIRE(taken.status == local::ChannelStatus::ok);
  CHECK(std::holds_alternative<protocol::Take>(taken.answer));
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("Settings with another number of descriptors than they say leave the logs of before in use", "[loops]") {
  GatewayRig gateway(1);
  REQUIRE(happens([&] { return gateway.logged("RTMPT314") == 1; }));
  protocol::GatewaySettings settings;
  settings.log_level = 7;
  settings.server_name = "after the mistake";
  settings.brings_error_log = true;
  std::vector<int> descriptors;
  std::string numbers = "0 descriptors, expected 1";
  const Descriptor other(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  SECTION("none") {}
  SECTION("one too many") {
    descriptors = {other.get(), other.get()};
    numbers = "2 descriptors, expected 1";
  }
  SECTION("one that a session log needs is missing") {
    settings.session_logs.push_back({"file:/var/log/streams", protocol::SessionLogKind::file, {}, {}, {}});
    descriptors = {other.get()};
    numbers = "1 descriptors, expected 2";
  }
  const std::size_t before = open_descriptors(gateway.pid());
  gateway.send_settings(settings, descriptors);
  CHECK(happens([&] { return gateway.logged("RTMPT314: settings of after the mistake taken") == 1; }));
  CHECK(gateway.logged("RTMPT363: httpd's parent sent its settings with " + numbers) == 1);
  CHECK(open_descriptors(gateway.pid()) == before);
  gateway.send_settings(7); // good ones again
  CHECK(happens([&] { return gateway.logged("RTMPT314: settings of test taken") == 2; }));
  CHECK(gateway.logged("RTMPT363") == 1);
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}
