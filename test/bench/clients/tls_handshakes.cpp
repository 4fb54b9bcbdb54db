// SPDX-License-Identifier: Apache-2.0
// Clients that make a TLS handshake and leave, so many a second, for scripts/bench.
//
//   tls_handshakes PORT RATE SECONDS
//
// Connects to 127.0.0.1 from two threads. Prints one line of JSON: done, failed, seconds.
#include "local/descriptor.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kThreads = 2;
constexpr time_t kPatienceSeconds = 5;

struct Free {
  void operator()(SSL* tls) const { SSL_free(tls); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

rtmpt_proxy::local::Descriptor connect_to(int port) {
  rtmpt_proxy::local::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{kPatienceSeconds, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  return socket;
}

bool shake_hands(SSL_CTX* context, int port) {
  const rtmpt_proxy::local::Descriptor socket = connect_to(port);
  if (socket.get() < 0) return false;
  const std::unique_ptr<SSL, Free> tls(SSL_new(context));
  if (!tls || SSL_set_fd(tls.get(), socket.get()) != 1) return false;
  const bool done = SSL_connect(tls.get()) == 1;
  if (done) SSL_shutdown(tls.get());
  return done;
}

struct Counts {
  std::atomic<long> next{0};
  std::atomic<long> done{0};
  std::atomic<long> failed{0};
};

// Takes turns: the next handshake begins when it is due, or at once when it is late.
void work(SSL_CTX* context, int port, Clock::time_point begin, std::chrono::duration<double> interval, long count,
          Counts& counts) {
  for (long number = counts.next++; number < count; number = counts.next++) {
    std::this_thread::sleep_until(begin + std::chrono::duration_cast<Clock::duration>(interval * number));
    ++(shake_hands(context, port) ? counts.done : counts.failed);
  }
}

} // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 4) throw std::invalid_argument("usage: tls_handshakes PORT RATE SECONDS");
    const int port = std::atoi(argv[1]);
    const double rate = std::atof(argv[2]);
    const double seconds = std::atof(argv[3]);
    if (port <= 0 || rate <= 0 || seconds <= 0) throw std::invalid_argument("a port, a rate and a time are wanted");
    const std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_client_method()));
    Counts counts;
    std::vector<std::future<void>> threads;
    const auto begin = Clock::now();
    for (int i = 0; i < kThreads; ++i)
      threads.push_back(std::async(std::launch::async, work, context.get(), port, begin,
                                   std::chrono::duration<double>(1 / rate), static_cast<long>(rate * seconds),
                                   std::ref(counts)));
    for (auto& thread : threads)
      thread.get();
    std::printf("{\"done\": %ld, \"failed\": %ld, \"seconds\": %.2f}\n", counts.done.load(), counts.failed.load(),
                std::chrono::duration<double>(Clock::now() - begin).count());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tls_handshakes: %s\n", error.what());
    return 2;
  }
}
