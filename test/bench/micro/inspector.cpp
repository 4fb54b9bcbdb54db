// SPDX-License-Identifier: Apache-2.0
// What learning costs that a client publishes, and what a stream costs once that is known.
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/stream_inspector.hpp>

#include <string>
#include <string_view>

#include <benchmark/benchmark.h>

namespace {

using rtmpt_proxy::protocol::StreamInspector;

// A session's first bytes, in pieces as librtmp sends them: one for each message.
void learn(benchmark::State& state) {
  const std::string bytes = rtmpt_proxy::test::obs_stream();
  const auto piece_bytes = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    StreamInspector inspector;
    for (std::size_t at = 0; at < bytes.size() && !inspector.is_done(); at += piece_bytes)
      inspector.feed(std::string_view(bytes).substr(at, piece_bytes));
    if (inspector.facts().stream_name != "studio") state.SkipWithError("the stream is not known");
    benchmark::DoNotOptimize(inspector);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(learn)->Arg(128)->Arg(1536)->Arg(65536);

void once_known(benchmark::State& state) {
  StreamInspector inspector;
  inspector.feed(rtmpt_proxy::test::obs_stream());
  if (!inspector.is_done()) state.SkipWithError("the stream is not known");
  const std::string media(6000, 'v');
  for (auto _ : state) {
    std::string_view piece = media;
    benchmark::DoNotOptimize(piece);
    inspector.feed(piece);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(once_known);

} // namespace
