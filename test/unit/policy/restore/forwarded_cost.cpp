// SPDX-License-Identifier: Apache-2.0
// A header costs no more than its length: eight times the bytes may take eight times as long, and not sixty-four times.
#include "restored.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <ctime>
#include <limits>

using namespace rtmpt_proxy::policy;
using namespace rtmpt_proxy::test;
using rtmpt_proxy::protocol::parse_ip_address;

namespace {

constexpr std::size_t kShortBytes = 8u << 10;
constexpr std::size_t kTimes = 8;

struct Garbage {
  const char* name;
  ForwardedSyntax syntax;
  std::string begin;
  std::string repeated; // its '#', if any, becomes a number that counts up
  std::string end;
};

std::string filled(const Garbage& garbage, std::size_t size_bytes) {
  std::string line = garbage.begin;
  const std::size_t number = garbage.repeated.find('#');
  for (int i = 0; line.size() + garbage.end.size() < size_bytes; ++i) {
    std::string piece = garbage.repeated;
    if (number != std::string::npos) piece.replace(number, 1, std::to_string(i));
    line += piece;
  }
  return line += garbage.end;
}

// Processor time of this thread so far, in seconds: others work on the same processors.
double processor_seconds() {
  std::timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// The least of several measurements.
double seconds(ForwardedSyntax syntax, std::string_view line) {
  const IpAddress peer = *parse_ip_address("10.0.0.1");
  double least = std::numeric_limits<double>::max();
  for (int round = 0; round < 8; ++round) {
    const double begin = processor_seconds();
    for (int i = 0; i < 2; ++i)
      static_cast<void>(restore_client(peer, trusted_proxies(), syntax, std::span(&line, 1)));
    least = std::min(least, processor_seconds() - begin);
  }
  return least;
}

} // namespace

TEST_CASE("Garbage in a header takes time in proportion to its length", "[forwarded_cost]") {
  constexpr ForwardedSyntax kList = ForwardedSyntax::address_list, kForwarded = ForwardedSyntax::forwarded;
  const Garbage table[] = {
      {"trusted hops", kList, "", "10.0.0.2,", "10.0.0.2"},
      {"the shortest trusted hops", kForwarded, "", "for=10.0.0.2,", "for=10.0.0.2"},
      {"one long entry", kList, "", "1", ""},
      {"colons", kList, "", ":", ""},
      {"blanks", kList, "", " ", ""},
      {"backslashes between quotation marks", kForwarded, "for=10.0.0.2;x=\"", "\\\\", "\""},
      {"escaped quotation marks", kForwarded, "for=10.0.0.2;x=\"", "\\\"", "\""},
      {"quotation marks that nothing opens", kForwarded, "", "\\\"", "\""},
      {"commas in a quoted string", kForwarded, "for=10.0.0.2;x=\"", ",", "\""},
      {"quoted strings", kForwarded, "", "for=\"10.0.0.2\",", "for=\"10.0.0.2\""},
      {"parameters", kForwarded, "for=10.0.0.2", ";a=1", ""},
      {"parameters of different names", kForwarded, "for=10.0.0.2", ";a#=1", ""},
      {"elements full of parameters", kForwarded, "",
       "for=10.0.0.2;b=1;a=1;c=1;d=1;e=1;f=1;g=1;h=1;i=1;j=1;k=1;l=1;m=1;n=1;o=1,", "for=10.0.0.2"},
      {"semicolons", kForwarded, "for=10.0.0.2", ";", ""},
  };
  for (const Garbage& garbage : table) {
    INFO(garbage.name);
    const double once = seconds(garbage.syntax, filled(garbage, kShortBytes));
    const double many = seconds(garbage.syntax, filled(garbage, kShortBytes * kTimes));
    CAPTURE(once, many);
    CHECK(many < 3 * kTimes * once + 100e-6); // quadratic work would be over 8 * kTimes
    CHECK(once < 0.1);
  }
}
