// SPDX-License-Identifier: Apache-2.0
// How long parsing a request target takes.
#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>

#include <string_view>

#include <benchmark/benchmark.h>

namespace {

using rtmpt_proxy::protocol::is_tunnel_target;
using rtmpt_proxy::protocol::parse_rtmpt_target;

void parse(benchmark::State& state, std::string_view target) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(target);
    benchmark::DoNotOptimize(parse_rtmpt_target(target));
  }
}
BENCHMARK_CAPTURE(parse, idle, std::string_view("/idle/0123456789abcdefghijklm/4711"));
BENCHMARK_CAPTURE(parse, open, std::string_view("/open/1"));
BENCHMARK_CAPTURE(parse, a_page, std::string_view("/news/2024/index.html"));

// What the module asks of each request of a site with streams.
void claim_a_page(benchmark::State& state) {
  std::string_view target = "/news/2024/index.html";
  for (auto _ : state) {
    benchmark::DoNotOptimize(target);
    benchmark::DoNotOptimize(is_tunnel_target(target));
  }
}
BENCHMARK(claim_a_page);

} // namespace
