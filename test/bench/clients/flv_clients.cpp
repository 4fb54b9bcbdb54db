// SPDX-License-Identifier: Apache-2.0
// Many viewers of FLV over HTTP or WebSocket, all in one thread, for scripts/bench.
//
//   flv_clients URL COUNT RAMP_MS
//
// URL is http://127.0.0.1:PORT/PATH or ws://127.0.0.1:PORT/PATH; all view the same. One begins every RAMP_MS. Prints
// and obeys what rtmp_clients does.
#include "client_control.hpp"
#include "flv_viewer.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include <sys/epoll.h>

namespace {

using namespace rtmpt_proxy::bench;

constexpr std::size_t kScratchBytes = 65536;

struct Options {
  FlvSource source;
  std::size_t count = 0;
  std::chrono::milliseconds ramp{};
};

class Viewers {
 public:
  Viewers(const Options& options, AllFigures& all) : options_(options), all_(all), scratch_(kScratchBytes) {
    if (!events_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  }

  // Does not return.
  [[noreturn]] void run() {
    const auto begin = Clock::now();
    for (;;) {
      while (viewers_.size() < all_.size() && Clock::now() >= begin + options_.ramp * viewers_.size())
        start_next();
      read_on(viewers_.size() < all_.size() ? 1 : -1);
    }
  }

 private:
  void start_next() {
    FlvViewer& viewer = viewers_.emplace_back(options_.source, all_[viewers_.size()]);
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.ptr = &viewer;
    if (viewer.descriptor() >= 0) epoll_ctl(events_.get(), EPOLL_CTL_ADD, viewer.descriptor(), &wanted);
  }

  void read_on(int wait_ms) {
    std::array<epoll_event, 64> ready{};
    const int count = epoll_wait(events_.get(), ready.data(), static_cast<int>(ready.size()), wait_ms);
    for (int i = 0; i < count; ++i) {
      auto& viewer = *static_cast<FlvViewer*>(ready[static_cast<std::size_t>(i)].data.ptr);
      if (!viewer.read(scratch_)) epoll_ctl(events_.get(), EPOLL_CTL_DEL, viewer.descriptor(), nullptr);
    }
  }

  const Options& options_;
  AllFigures& all_;
  rtmpt_proxy::local::Descriptor events_{epoll_create1(EPOLL_CLOEXEC)};
  std::deque<FlvViewer> viewers_; // grows without moving
  std::vector<char> scratch_;
};

Options parse(int argc, char** argv) {
  if (argc != 4) throw std::invalid_argument("usage: flv_clients URL COUNT RAMP_MS");
  const int count = std::atoi(argv[2]);
  if (count < 1) throw std::invalid_argument("COUNT '" + std::string(argv[2]) + "': expected 1 or more");
  return {flv_source(argv[1]), static_cast<std::size_t>(count), std::chrono::milliseconds(std::atoi(argv[3]))};
}

} // namespace

int main(int argc, char** argv) {
  try {
    prepare_clients();
    const Options options = parse(argc, argv);
    AllFigures all(options.count);
    Viewers viewers(options, all);
    std::thread([&viewers] { viewers.run(); }).detach(); // it ends with the program
    await_start(all, options.ramp * options.count);
    obey(all);
    std::quick_exit(0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "flv_clients: %s\n", error.what());
    return 2;
  }
}
