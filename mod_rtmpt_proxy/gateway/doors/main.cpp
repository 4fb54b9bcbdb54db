// rtmpt-gateway: the event loops beside httpd that own every session.
#include "gateway/doors/control_door.hpp"
#include "gateway/doors/door.hpp"
#include "gateway/doors/lifeline.hpp"
#include "gateway/doors/seclusion.hpp"
#include "gateway/loops/gateway.hpp"

#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>
#include <rtmpt_proxy/version.hpp>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

#include <malloc.h>
#include <poll.h>
#include <unistd.h>

namespace {

using namespace rtmpt_proxy;

// Allocations of this size and more come from the system and go back to it when they are freed. Without this the C
// library raises its limit with use, and the memory of a busy hour would stay with the process, in fragments.
constexpr int kLargeAllocationBytes = 64 << 10;

int run(int door_descriptor, int lifeline_descriptor, std::uint32_t threads) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread yet
  mallopt(M_MMAP_THRESHOLD, kLargeAllocationBytes);
  gateway::Gateway gateway(threads);
  gateway::ControlDoor control(gateway);
  gateway::Lifeline lifeline(gateway, local::Descriptor(lifeline_descriptor), control);
  gateway::Door door(gateway, local::Descriptor(door_descriptor));
  boost::asio::signal_set stop_signals(gateway.first().io(), SIGTERM, SIGINT);
  stop_signals.async_wait([&gateway](const boost::system::error_code& error, int) {
    if (!error) gateway.stop();
  });
  lifeline.start();
  door.open();
  gateway.run();
  return 0;
}

int run_with_arguments(int argc, char** argv) {
  CLI::App options("Owns the RTMPT sessions of an httpd that loads mod_rtmpt_proxy, which starts this program itself.",
                   "rtmpt-gateway");
  int door = -1;
  int lifeline = -1;
  std::uint32_t threads = 1;
  bool core_dumps = false;
  options.add_option("--door-fd", door, "Inherited SOCK_SEQPACKET socket on which channels arrive")->required();
  options.add_option("--lifeline-fd", lifeline, "Inherited stream socket to httpd's parent; its end is the gateway's")
      ->required();
  options.add_option("--threads", threads, "Event loops, one thread each")
      ->check(CLI::Range(1u, protocol::kMaxGatewayLoops));
  options.add_flag("--core-dumps", core_dumps, "Be open to core dumps and debuggers, as CoreDumpDirectory asks");
  options.set_version_flag("--version", std::string(project_version()));
  CLI11_PARSE(options, argc, argv);

  if (core_dumps) gateway::allow_core_dumps();
  // SIGPIPE: a write to a closed connection returns an error instead. The others are orders to httpd, but some tools
  // send them to all its processes: `apachectl graceful` of Red Hat does.
  for (const int signal : {SIGPIPE, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH})
    std::signal(signal, SIG_IGN);
  return run(door, lifeline, threads);
}

// How long the last message may wait for standard error, which can be a pipe that nobody reads.
constexpr std::chrono::milliseconds kLastWords{1000};

// Writes directly, because there may be no log thread any more.
void say_why_it_ends(const char* reason) {
  pollfd standard_error{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&standard_error, 1, static_cast<int>(kLastWords.count())) == 1)
    std::fprintf(stderr, "RTMPT300: rtmpt-gateway ends: %s\n", reason);
}

} // namespace

int main(int argc, char** argv) {
  rtmpt_proxy::gateway::seclude_process();
  try {
    return run_with_arguments(argc, argv);
  } catch (const std::exception& error) {
    say_why_it_ends(error.what());
    return 1;
  }
}
