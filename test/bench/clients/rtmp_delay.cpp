// SPDX-License-Identifier: Apache-2.0
// How much later the same packets reach a player through a tunnel than a player at the media server itself, for
// scripts/bench.
//
//   rtmp_delay DIRECT_URL TUNNEL_URL SECONDS
//
// Both are librtmp players of one stream in this process. Prints one line of JSON: packets (that both saw), median_ms,
// p95_ms, least_ms.
#include "client_figures.hpp"
#include "media_packet.hpp"
#include "support/clients/librtmp_session.hpp"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>

namespace {

using namespace rtmpt_proxy::bench;

// Type, time and size name a packet: the server gives each player the publisher's own times.
using PacketKey = std::tuple<std::uint8_t, std::uint32_t, std::size_t>;
using Arrivals = std::map<PacketKey, Clock::time_point>;

// The first moments are left out: a server sends what it has kept, and a tunnel does not gather yet.
constexpr std::chrono::seconds kWarmUp{2};
constexpr std::size_t kFewestPackets = 50;

Arrivals play(const std::string& url, Clock::time_point end) {
  rtmpt_proxy::test::LibrtmpSession session(url + " live=1");
  if (!session.begin(rtmpt_proxy::test::LibrtmpRole::player)) throw std::runtime_error(url + " does not play");
  const auto begin = Clock::now();
  Arrivals arrivals;
  for (MediaPacket packet; packet.read(session.get());) {
    const auto now = Clock::now();
    if (now >= end) return arrivals;
    if (now - begin >= kWarmUp && packet.is_media())
      arrivals.emplace(PacketKey{packet.type(), packet.time_ms(), packet.bytes()}, now);
  }
  throw std::runtime_error(url + " ended before its time");
}

std::vector<double> added_milliseconds(const Arrivals& direct, const Arrivals& tunnel) {
  std::vector<double> added;
  for (const auto& [key, arrival] : tunnel) {
    if (const auto same = direct.find(key); same != direct.end())
      added.push_back(std::chrono::duration<double, std::milli>(arrival - same->second).count());
  }
  return added;
}

} // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 4) throw std::invalid_argument("usage: rtmp_delay DIRECT_URL TUNNEL_URL SECONDS");
    std::signal(SIGPIPE, SIG_IGN);
    const auto end = Clock::now() + std::chrono::seconds(std::atoi(argv[3]));
    auto direct = std::async(std::launch::async, play, std::string(argv[1]), end);
    auto tunnel = std::async(std::launch::async, play, std::string(argv[2]), end);
    const auto added = added_milliseconds(direct.get(), tunnel.get());
    if (added.size() < kFewestPackets)
      throw std::runtime_error("only " + std::to_string(added.size()) + " packets came both ways");
    std::printf("{\"packets\": %zu, \"median_ms\": %.2f, \"p95_ms\": %.2f, \"least_ms\": %.2f}\n", added.size(),
                quantile(added, .5), quantile(added, .95), quantile(added, 0));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rtmp_delay: %s\n", error.what());
    return 2;
  }
}
