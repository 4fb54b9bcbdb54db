// SPDX-License-Identifier: Apache-2.0
// How long an idle takes on its way through the gateway, without the system calls.
#include "idle_path.hpp"

#include <string>

#include <benchmark/benchmark.h>

namespace {

using rtmpt_proxy::bench::IdlePath;

void empty_idle(benchmark::State& state) {
  IdlePath path;
  for (auto _ : state)
    path.serve(path.next_request());
  if (path.exchange().answers != static_cast<std::uint64_t>(state.iterations()))
    state.SkipWithError("unanswered idles");
}
BENCHMARK(empty_idle);

// 2500 bytes: what a stream of 0.9 Mb/s brings in 20 ms.
void idle_with_data(benchmark::State& state) {
  IdlePath path;
  const std::string bytes(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    path.from_backend(bytes);
    path.serve(path.next_request());
  }
  const auto expected = static_cast<std::uint64_t>(state.iterations() * state.range(0));
  if (path.exchange().body_bytes != expected) state.SkipWithError("bytes were kept back");
  state.SetBytesProcessed(static_cast<std::int64_t>(path.exchange().body_bytes));
}
BENCHMARK(idle_with_data)->Arg(100)->Arg(2500)->Arg(20000);

} // namespace
