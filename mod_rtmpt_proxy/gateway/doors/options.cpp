// SPDX-License-Identifier: Apache-2.0
#include "gateway/doors/options.hpp"

#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <climits>

#include <charconv>
#include <cstring>
#include <stdexcept>

#include <getopt.h>

namespace rtmpt_proxy::gateway {

namespace {

enum Choice : int { kDoor = 1, kLifeline, kThreads, kCoreDumps, kVersion, kHelp };

constexpr option kOptions[] = {
    {"door-fd", required_argument, nullptr, kDoor},
    {"lifeline-fd", required_argument, nullptr, kLifeline},
    {"threads", required_argument, nullptr, kThreads},
    {"core-dumps", no_argument, nullptr, kCoreDumps},
    {"version", no_argument, nullptr, kVersion},
    {"help", no_argument, nullptr, kHelp},
    {nullptr, 0, nullptr, 0},
};

std::string help() {
  return "Usage: rtmpt-gateway --door-fd N --lifeline-fd N [--threads N] [--core-dumps]\n"
         "\n"
         "Owns the RTMPT sessions of an httpd with mod_rtmpt_proxy. httpd starts this program itself.\n"
         "\n"
         "  --door-fd N      Descriptor of an inherited SOCK_SEQPACKET socket. httpd's children send one end of each\n"
         "                   new channel through it.\n"
         "  --lifeline-fd N  Descriptor of an inherited stream socket. Carries settings from httpd's parent. When the\n"
         "                   parent closes it, the gateway exits.\n"
         "  --threads N      Number of event loops, one thread each: 1 to " +
         std::to_string(protocol::kMaxGatewayLoops) +
         ". Default: 1.\n"
         "  --core-dumps     Allow core dumps and debuggers. httpd gives this option if CoreDumpDirectory is set.\n"
         "  --version        Print the version and exit.\n"
         "  -h, --help       Print this help and exit.\n";
}

int number(const char* option_name, const char* text, int least, int most) {
  int value = 0;
  const char* const end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, value);
  if (error == std::errc() && rest == end && value >= least && value <= most) return value;
  const std::string range = most == INT_MAX ? std::to_string(least) + " or more"
                                            : "from " + std::to_string(least) + " to " + std::to_string(most);
  throw std::invalid_argument("--" + std::string(option_name) + " '" + text + "': expected a number " + range);
}

void require(int descriptor, const char* option_name) {
  if (descriptor < 0) throw std::invalid_argument("--" + std::string(option_name) + " is missing: httpd gives it");
}

} // namespace

Options read_options(int argc, char** argv, const std::string& version) {
  Options options;
  optind = 1;
  opterr = 0;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread yet
  for (int choice = 0, index = 0; (choice = ::getopt_long(argc, argv, ":h", kOptions, &index)) != -1;) {
    switch (choice) {
    case kDoor: options.door = number("door-fd", optarg, 0, INT_MAX); break;
    case kLifeline: options.lifeline = number("lifeline-fd", optarg, 0, INT_MAX); break;
    case kThreads:
      options.threads = static_cast<std::uint32_t>(number("threads", optarg, 1, protocol::kMaxGatewayLoops));
      break;
    case kCoreDumps: options.core_dumps = true; break;
    case kVersion: options.answer = version + "\n"; return options;
    case kHelp:
    case 'h': options.answer = help(); return options;
    case ':': throw std::invalid_argument(std::string(argv[optind - 1]) + ": expected a value");
    default:
      throw std::invalid_argument("'" + std::string(argv[optind - 1]) +
                                  "': expected one of the options that --help shows");
    }
  }
  if (optind < argc) throw std::invalid_argument("'" + std::string(argv[optind]) + "': expected options only");
  require(options.door, "door-fd");
  require(options.lifeline, "lifeline-fd");
  return options;
}

} // namespace rtmpt_proxy::gateway
