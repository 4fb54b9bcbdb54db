// SPDX-License-Identifier: Apache-2.0
// Sends whose body stays away, on 150 connections at once: what they cost the gateway and httpd's children.
#include "support/os/processes.hpp"
#include "support/sites/pumped_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kConnections = 150;
constexpr std::size_t kBodyBytes = 1'500'000;
constexpr std::size_t kSentBytes = 900'000; // a session's buffer has room for it, should the media server be slow
constexpr std::size_t kGatewayAllowance = 10u << 20;
// A thread that forwards a body has a piece of it in hand, and its own buffers: some 200 KiB for each connection.
// Bodies that were kept would be 130 MiB.
constexpr std::size_t kChildrenAllowance = 48u << 20;

// Whose bodies they are.
struct Bodies {
  std::string title;
  std::size_t sessions;
  bool is_known;
};

std::ostream& operator<<(std::ostream& out, const Bodies& bodies) {
  return out << bodies.title;
}

// A forwarded body keeps a thread while it comes, as any body does, so each child has one for every connection: httpd
// spreads connections unevenly.
HttpdOptions roomy_options() {
  HttpdOptions options;
  options.global = "ThreadLimit 160\nThreadsPerChild 160\nServerLimit 2\nStartServers 2\nMaxRequestWorkers 320\n"
                   "MinSpareThreads 16\nMaxSpareThreads 320\n";
  options.site = "RTMPTSessionTimeout 60s\nRTMPTIdleHold 0\n";
  return options;
}

std::string unfinished_send(const std::string& id, std::uint32_t number, const std::string& headers) {
  return "POST " + tunnel_target("send", id, number) + " HTTP/1.1\r\nHost: localhost\r\n" + headers +
         "Content-Length: " + std::to_string(kBodyBytes) + "\r\n\r\n" + std::string(kSentBytes, 'b');
}

// As much of it as the server takes within `time`.
void send_some(HttpConnection& connection, std::string_view text, std::chrono::milliseconds time) {
  try {
    connection.send(text, Deadline(time));
  } catch (const TimedOut&) {
    // The rest waits with the client.
  } catch (const std::exception&) {
    // The server has refused it and ended the connection.
  }
}

// The status of the answer; 0 when there is none within `wait`, or an end that overtook it.
int status_within(HttpConnection& connection, std::chrono::milliseconds wait) {
  try {
    return connection.readable(Deadline(wait)) ? connection.receive().status : 0;
  } catch (const std::exception&) {
    return 0;
  }
}

// The most memory that something had, of all looks at it.
class Peak {
 public:
  explicit Peak(std::size_t now_bytes) : first_(now_bytes), most_(now_bytes) {}
  void note(std::size_t now_bytes) { most_ = std::max(most_, now_bytes); }
  std::size_t growth_bytes() const { return most_ - first_; }

 private:
  std::size_t first_;
  std::size_t most_;
};

// A connection of a session on which a good request was answered, so that one over TLS is pumped from now on.
std::unique_ptr<HttpConnection> used_connection(TunnelSession& session) {
  auto connection = std::make_unique<HttpConnection>(session.client.endpoint());
  const auto reply = connection->exchange(session.client.request("idle", session.client.take_number(), "0"));
  if (reply.status != 200) throw std::runtime_error("a poll was answered: " + reply.head);
  return connection;
}

std::vector<Bodies> all_bodies(const Carriage& carriage) {
  std::vector<Bodies> all{{"of a session each", kConnections, true}, {"of unknown sessions", 5, false}};
  // Those that are ahead of their turn wait; forwarded ones would wait for two seconds only.
  if (carriage.handed_over || carriage.tls) all.push_back({"of five sessions", 5, true});
  return all;
}

} // namespace

TEST_CASE("150 connections with unfinished bodies cost the gateway ten MiB at most, and the children no body") {
  const auto carriage = GENERATE(from_range(carriages()));
  const auto bodies = GENERATE_COPY(from_range(all_bodies(carriage)));
  CAPTURE(carriage, bodies);
  TunnelSite site(roomy_options());
  auto& httpd = site.httpd();
  const pid_t gateway = httpd.gateway_pid();
  const bool are_delivered = bodies.sessions == kConnections; // their turn has come, and the media server reads
  std::vector<TunnelSession> sessions;
  std::vector<std::unique_ptr<HttpConnection>> connections;
  for (std::size_t i = 0; i < kConnections; ++i) {
    // Each is used at once: a session without a request lives for five seconds only.
    if (sessions.size() < bodies.sessions) sessions.push_back(site.session(carriage));
    connections.push_back(used_connection(sessions[i % bodies.sessions]));
  }

  Peak of_gateway(memory_bytes(gateway));
  Peak of_children(memory_of_children(httpd));
  for (std::size_t i = 0; i < kConnections; ++i) {
    auto& client = sessions[i % sessions.size()].client;
    const std::string id = bodies.is_known ? client.id() : unknown_id(client.id());
    send_some(*connections[i], unfinished_send(id, client.take_number(), carriage.headers), are_delivered ? 20s : 50ms);
    // What the media server has not read yet, on a busy machine, is not the cost that counts here.
    if (are_delivered) REQUIRE(happens([&] { return sessions[i].media->received_bytes() == kSentBytes; }));
    of_gateway.note(memory_bytes(gateway));
    if (i % 10 == 0) of_children.note(memory_of_children(httpd));
  }
  const auto delivered_bytes = [&] {
    std::size_t bytes = 0;
    for (const auto& session : sessions)
      bytes += session.media->received_bytes();
    return bytes;
  };
  if (are_delivered) CHECK(delivered_bytes() == kConnections * kSentBytes);
  std::map<int, std::size_t> statuses;
  for (const auto& connection : connections)
    ++statuses[status_within(*connection, bodies.is_known ? 0ms : 2s)];
  of_gateway.note(memory_bytes(gateway));
  of_children.note(memory_of_children(httpd));
  std::printf("%s, bodies %s: gateway + %zu KiB, children + %zu KiB; %zu wait, %zu got 404, %zu got 503; %zu KiB "
              "delivered\n",
              carriage.name.c_str(), bodies.title.c_str(), of_gateway.growth_bytes() / 1024,
              of_children.growth_bytes() / 1024, statuses[0], statuses[404], statuses[503], delivered_bytes() / 1024);
  CHECK(of_gateway.growth_bytes() <= kGatewayAllowance);
  CHECK(of_children.growth_bytes() <= kChildrenAllowance);
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
  if (are_delivered) CHECK(statuses[0] == kConnections);
  if (!bodies.is_known) CHECK(statuses[404] >= kConnections / 2); // the end may overtake some
}
