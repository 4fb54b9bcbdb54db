// rtmpt-gateway: the event loop beside httpd that owns every session.
#include "door.hpp"
#include "gateway.hpp"
#include "gateway_log.hpp"
#include "lifeline.hpp"

#include <rtmpt_proxy/version.hpp>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include <malloc.h>

namespace {

using namespace rtmpt_proxy;

// Stream buffers above this size come from the system and go back to it when a session ends. The C library's own choice
// grows with use: a busy hour would leave the memory of its peak behind, in pieces.
constexpr int kLargeAllocationBytes = 64 << 10;

int run(int door_descriptor, int lifeline_descriptor) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread yet
  mallopt(M_MMAP_THRESHOLD, kLargeAllocationBytes);
  gateway::GatewayLog log;
  gateway::Gateway the_gateway(log);
  gateway::Lifeline lifeline(the_gateway, gateway::Descriptor(lifeline_descriptor));
  gateway::Door door(the_gateway, gateway::Descriptor(door_descriptor));
  boost::asio::signal_set stop_signals(the_gateway.loop(), SIGTERM, SIGINT);
  stop_signals.async_wait([&the_gateway](const boost::system::error_code& error, int) {
    if (!error) the_gateway.loop().stop();
  });
  lifeline.start();
  door.open();
  the_gateway.loop().run();
  return 0;
}

int run_with_arguments(int argc, char** argv) {
  CLI::App options("Owns the RTMPT sessions of an httpd that loads mod_rtmpt_proxy, which starts this program itself.",
                   "rtmpt-gateway");
  int door = -1;
  int lifeline = -1;
  options.add_option("--door-fd", door, "Inherited SOCK_SEQPACKET socket on which channels arrive")->required();
  options.add_option("--lifeline-fd", lifeline, "Inherited stream socket to httpd's parent; its end is the gateway's")
      ->required();
  options.set_version_flag("--version", std::string(project_version()));
  CLI11_PARSE(options, argc, argv);

  // A peer that is gone shows in the result of a write.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  return run(door, lifeline);
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run_with_arguments(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "RTMPT300: rtmpt-gateway ends: %s\n", error.what());
    return 1;
  }
}
