// SPDX-License-Identifier: Apache-2.0
#include "life/lasting/echo_streams.hpp"

#include "support/os/random_bytes.hpp"

#include <stdexcept>

namespace rtmpt_proxy::test {

namespace {

constexpr std::size_t kTurnBytes = 2000;
constexpr std::size_t kMostOnItsWay = 8000; // so that bytes are under way at every moment
constexpr int kNotNow = 503;

} // namespace

void EchoLedger::sent(std::string_view bytes) {
  waiting_ += bytes;
  sent_bytes_ += bytes.size();
}

void EchoLedger::came(std::string_view bytes) {
  const std::string found = difference(bytes, std::string_view(waiting_).substr(0, bytes.size()));
  if (!found.empty()) throw std::runtime_error("behind " + std::to_string(came_bytes_) + " bytes: " + found);
  waiting_.erase(0, bytes.size());
  came_bytes_ += bytes.size();
}

RtmpEcho::RtmpEcho(const Endpoint& endpoint, std::uint32_t seed, const std::string& app, const std::string& tc_url)
    : client_(endpoint), seed_(seed) {
  client_.connect(app, tc_url);
  echo_.sent(connect_command(app, tc_url));
}

void RtmpEcho::turn() {
  const std::string bytes = picture_messages(kTurnBytes, seed_++);
  client_.send(bytes);
  echo_.sent(bytes);
  await_echo(kMostOnItsWay);
}

void RtmpEcho::await_echo(std::size_t most_waiting) {
  while (echo_.waiting() > most_waiting) {
    std::string bytes = client_.receive(1);
    bytes += client_.receive_what_is_there();
    echo_.came(bytes);
  }
}

TunnelEcho::TunnelEcho(const Endpoint& endpoint, const std::string& headers, std::uint32_t seed,
                       OnBrokenConnection what)
    : client_(endpoint, headers), seed_(seed), what_(what) {
  client_.open();
  exchange("send", "tunnel"); // no handshake of RTMP
}

void TunnelEcho::turn() {
  exchange("send", random_bytes(kTurnBytes, seed_++));
  await_echo(kMostOnItsWay);
}

void TunnelEcho::finish() {
  await_echo(0);
  answer_to(client_.request("close", client_.take_number(), {}));
}

void TunnelEcho::await_echo(std::size_t most_waiting) {
  while (echo_.waiting() > most_waiting)
    exchange("idle", {});
}

void TunnelEcho::exchange(std::string_view kind, std::string_view body) {
  echo_.sent(body);
  echo_.came(answer_to(client_.request(kind, client_.take_number(), body)));
}

// The bytes of RTMP in the answer.
std::string TunnelEcho::answer_to(const std::string& request) {
  const Deadline deadline;
  while (true) {
    const std::optional<HttpResponse> reply = try_exchange(request, deadline);
    const bool is_to_be_repeated = !reply || reply->status == kNotNow;
    if (!is_to_be_repeated || what_ == OnBrokenConnection::give_up) return rtmp_bytes(*reply);
    if (deadline.passed()) throw TimedOut("a request was repeated in vain");
    client_.reconnect();
  }
}

// Nothing: the connection broke, and the request may be repeated.
std::optional<HttpResponse> TunnelEcho::try_exchange(const std::string& request, Deadline deadline) {
  try {
    return client_.connection().exchange(request, deadline);
  } catch (const TimedOut&) {
    throw;
  } catch (const std::runtime_error&) {
    if (what_ == OnBrokenConnection::give_up) throw;
    return std::nullopt;
  }
}

} // namespace rtmpt_proxy::test
