// SPDX-License-Identifier: Apache-2.0
// Many clients that publish as fast as they can, where httpd is asked about each publish.
#include "stream_asks.hpp"
#include "test/support/deadline.hpp"
#include "test/support/sanitizer.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kClients = 200;
constexpr std::size_t kPublishes = 200; // of each client, at once
constexpr std::uint32_t kMostAsks = 8;

// A number of /proc/PID/status: "VmRSS" (in KiB), "Threads".
std::size_t figure_of(pid_t pid, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name + ":")) return std::stoul(line.substr(name.size() + 1));
  throw std::runtime_error("no " + name + " of the gateway");
}

std::string many_publishes() {
  std::string commands;
  for (std::size_t i = 0; i < kPublishes; ++i)
    commands += publish("cam" + std::to_string(i));
  return commands;
}

} // namespace

TEST_CASE("Two hundred clients that publish as fast as they can make no asks, threads or memory grow",
          "[stream asks]") {
  RtmpRig rig;
  rig.httpd.introduce_to(rig.gateway, kMostAsks);
  std::vector<CarriedStream> streams;
  for (std::size_t i = 0; i < kClients; ++i)
    streams.push_back(carry_authorized(rig));
  const std::size_t threads = figure_of(rig.gateway.pid(), "Threads");
  const std::size_t memory_kb = figure_of(rig.gateway.pid(), "VmRSS");
  const std::string commands = many_publishes();
  for (CarriedStream& stream : streams)
    stream.client.send(commands);

  // httpd lets every question wait until no further one comes.
  std::size_t most = 0;
  std::size_t all = 0;
  std::size_t most_threads = 0;
  std::size_t most_memory_kb = 0;
  std::map<std::string, std::size_t> asked_of; // by session
  const auto begin = std::chrono::steady_clock::now();
  const Deadline least(5s);
  for (const Deadline deadline(60s); !deadline.passed() && (!least.passed() || asked_of.size() < kClients);) {
    std::vector<AskedQuestion> questions;
    while (rig.httpd.is_asked()) {
      questions.push_back(rig.httpd.next());
      ++asked_of[questions.back().preamble.session_name.text()];
    }
    most = std::max(most, questions.size());
    all += questions.size();
    most_threads = std::max(most_threads, figure_of(rig.gateway.pid(), "Threads"));
    most_memory_kb = std::max(most_memory_kb, figure_of(rig.gateway.pid(), "VmRSS"));
    for (AskedQuestion& question : questions)
      question.answer(200);
  }
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  CAPTURE(most, all, seconds, threads, most_threads, memory_kb, most_memory_kb);
  CHECK(most <= kMostAsks + RtmpRig::kLoops);       // a loop may always have one
  CHECK(asked_of.size() == kClients);               // and everybody gets his turn
  for (const auto& [session, questions] : asked_of) // ten at once, then ten each second
    CHECK(static_cast<double>(questions) <= 10 + 10 * (seconds + 1));
  CHECK(most_threads == threads);
  // What was sent, twice, and a little for each client.
  if (kMemoryIsItsOwn) CHECK(most_memory_kb <= memory_kb + kClients * (2 * commands.size() + 16384) / 1024 + 8192);
}
