// SPDX-License-Identifier: Apache-2.0
// Sends a number of messages of a stream through a session whose backend takes all of them at once; `watched`, with
// what the gateway adds to know the stream. For callgrind, as count_idles.
//
//   count_sends NUMBER plain|watched
#include "gateway/facts/session_watch.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace rtmpt_proxy;
using gateway::TimePoint;

constexpr TimePoint kBegin{};

class Backend final : public gateway::BackendPort {
 public:
  explicit Backend(bool watched)
      : watched_(watched), watch_({}, protocol::SessionName("name"), gateway::WallTime{}, kBegin) {}

  std::size_t write(const gateway::Pieces& bytes) override {
    const std::size_t taken = gateway::size_of(bytes);
    if (watched_) watch_.passed(bytes, taken);
    taken_bytes_ += taken;
    return taken;
  }

  void came() {
    if (watched_) watch_.came(policy::Way::handed_over, kBegin);
  }
  bool is_right() const { return !watched_ || watch_.facts().stream_name == "studio"; }
  std::size_t taken_bytes() const { return taken_bytes_; }

 private:
  const bool watched_;
  gateway::SessionWatch watch_;
  std::size_t taken_bytes_ = 0;
};

class Sender final : public gateway::Exchange {
 public:
  void answer(const gateway::Answer& answer) override { answers_ += answer.status == 200; }
  bool can_take_data() const override { return true; }
  long answers() const { return answers_; }

 private:
  long answers_ = 0;
};

} // namespace

int main(int argc, char** argv) {
  const long sends = argc == 3 ? std::atol(argv[1]) : 0;
  const std::string_view mode = argc == 3 ? argv[2] : "";
  if (sends < 1 || (mode != "plain" && mode != "watched")) {
    std::fprintf(stderr, "usage: count_sends NUMBER plain|watched\n");
    return 2;
  }
  Backend backend(mode == "watched");
  Sender sender;
  gateway::Session session({}, backend, kBegin);
  const std::string opening = test::obs_stream();
  const std::string media(6000, 'v');
  for (long i = 0; i <= sends; ++i) {
    gateway::SessionRequest request;
    request.kind = protocol::TunnelRequestKind::send;
    request.sequence_number = static_cast<std::uint32_t>(i);
    request.body = i == 0 ? opening : media;
    backend.came();
    session.request(request, sender, kBegin);
  }
  const std::size_t expected = opening.size() + static_cast<std::size_t>(sends) * media.size();
  if (sender.answers() == sends + 1 && backend.taken_bytes() == expected && backend.is_right()) return 0;
  std::fprintf(stderr, "count_sends: %ld of %ld sends were answered, %zu of %zu bytes taken\n", sender.answers(),
               sends + 1, backend.taken_bytes(), expected);
  return 1;
}
