// SPDX-License-Identifier: Apache-2.0
// Many real librtmp clients, one thread each, for scripts/bench.
//
//   rtmp_clients play URL COUNT RAMP_MS          all play the same stream
//   rtmp_clients publish URL COUNT RAMP_MS FILE  each publishes FILE in real time, over and over, as URL-<number>
//
// One client begins every RAMP_MS. Prints {"started": N} when all stream, or when none has come for a while. Then obeys
// lines on its standard input: "measure" begins the window, "stop" ends it, prints its summary and ends the program.
#include "client_control.hpp"
#include "media_packet.hpp"
#include "support/clients/flv.hpp"
#include "support/clients/librtmp_session.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using namespace rtmpt_proxy::bench;
using rtmpt_proxy::test::FlvTag;
using rtmpt_proxy::test::LibrtmpRole;
using rtmpt_proxy::test::LibrtmpSession;

struct Options {
  bool publish = false;
  std::string url;
  int count = 0;
  std::chrono::milliseconds ramp{};
  std::vector<FlvTag> tags;
};

void play(const std::string& url, ClientFigures& figures) {
  figures.connecting();
  LibrtmpSession session(url + " live=1");
  if (session.begin(LibrtmpRole::player)) {
    for (MediaPacket packet; packet.read(session.get());) {
      if (!packet.is_media()) continue;
      if (!figures.is_streaming()) figures.streaming();
      figures.packet(packet.bytes(), packet.pictures(), figures.last_packet());
    }
  }
  figures.ended();
}

bool write(LibrtmpSession& session, const std::string& tag, ClientFigures& figures) {
  const auto begin = Clock::now();
  if (RTMP_Write(session.get(), tag.data(), static_cast<int>(tag.size())) <= 0) return false;
  figures.packet(tag.size(), rtmpt_proxy::test::is_picture(tag) ? 1 : 0, begin);
  return RTMP_IsConnected(session.get()) != 0;
}

void publish(const std::string& url, const std::vector<FlvTag>& tags, ClientFigures& figures) {
  figures.connecting();
  LibrtmpSession session(url);
  if (session.begin(LibrtmpRole::publisher)) {
    figures.streaming();
    const auto begin = Clock::now();
    const std::uint32_t round_ms = tags.back().time_ms + 1000 / 25;
    bool connected = true;
    for (std::uint32_t base_ms = 0; connected; base_ms += round_ms) {
      for (auto tag = tags.begin(); connected && tag != tags.end(); ++tag) {
        std::this_thread::sleep_until(begin + std::chrono::milliseconds(base_ms + tag->time_ms)); // real time
        connected = write(session, with_time(*tag, base_ms + tag->time_ms), figures);
      }
    }
  }
  figures.ended();
}

void start_all(const Options& options, AllFigures& all) {
  auto next = Clock::now();
  for (int i = 0; i < options.count; ++i) {
    ClientFigures& figures = all.emplace_back();
    // Detached: they end with the program, wherever librtmp waits.
    if (options.publish) {
      const std::string url = options.url + "-" + std::to_string(i);
      std::thread([&options, &figures, url] { publish(url, options.tags, figures); }).detach();
    } else {
      std::thread([&options, &figures] { play(options.url, figures); }).detach();
    }
    std::this_thread::sleep_until(next += options.ramp);
  }
}

Options parse(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  const bool publish = mode == "publish";
  if ((mode != "play" || argc != 5) && (!publish || argc != 6))
    throw std::invalid_argument("usage: rtmp_clients play URL COUNT RAMP_MS | publish URL COUNT RAMP_MS FILE");
  Options options{publish, argv[2], std::atoi(argv[3]), std::chrono::milliseconds(std::atoi(argv[4])), {}};
  if (options.count < 1) throw std::invalid_argument("COUNT '" + std::string(argv[3]) + "': expected 1 or more");
  if (publish) {
    std::ifstream file(argv[5], std::ios::binary);
    options.tags = rtmpt_proxy::test::read_flv(std::string(std::istreambuf_iterator<char>(file), {}));
    if (options.tags.empty()) throw std::invalid_argument("'" + std::string(argv[5]) + "' has no FLV tags");
  }
  return options;
}

} // namespace

int main(int argc, char** argv) {
  try {
    prepare_clients();
    const Options options = parse(argc, argv);
    AllFigures all;
    start_all(options, all);
    await_start(all, {}); // the ramp is over
    obey(all);
    std::quick_exit(0); // the clients' threads are still at work
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rtmp_clients: %s\n", error.what());
    return 2;
  }
}
