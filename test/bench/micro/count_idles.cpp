// SPDX-License-Identifier: Apache-2.0
// Sends a number of idles through the gateway's reader and session, every other one with data to fetch. For callgrind:
// the instructions of a run with more idles, less those of a run with fewer, are what the idles took.
//
//   count_idles NUMBER
#include "idle_path.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
  const long idles = argc == 2 ? std::atol(argv[1]) : 0;
  if (idles < 1) {
    std::fprintf(stderr, "usage: count_idles NUMBER\n");
    return 2;
  }
  const std::string bytes(2500, 'x'); // 20 ms of a stream of 0.9 Mb/s
  rtmpt_proxy::bench::IdlePath path;
  for (long i = 0; i < idles; ++i) {
    if (i % 2 == 1) path.from_backend(bytes);
    path.serve(path.next_request());
  }
  const auto& exchange = path.exchange();
  const bool is_complete = exchange.answers == static_cast<std::uint64_t>(idles) &&
                           exchange.body_bytes == static_cast<std::uint64_t>(idles / 2) * bytes.size();
  if (!is_complete)
    std::fprintf(stderr, "count_idles: %llu of %ld idles were answered, with %llu bytes\n",
                 static_cast<unsigned long long>(exchange.answers), idles,
                 static_cast<unsigned long long>(exchange.body_bytes));
  return is_complete ? 0 : 1;
}
