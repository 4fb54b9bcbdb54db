// SPDX-License-Identifier: Apache-2.0
// rtmpt-gateway: the event loops beside httpd that own every session.
#include "gateway/doors/control_door.hpp"
#include "gateway/doors/door.hpp"
#include "gateway/doors/lifeline.hpp"
#include "gateway/doors/options.hpp"
#include "gateway/doors/seclusion.hpp"
#include "gateway/loops/gateway.hpp"
#include "local/descriptor.hpp"
#include "local/patience.hpp"
#include "local/retire_signal.hpp"

#include <rtmpt_proxy/version.hpp>

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>

#include <fcntl.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <unistd.h>

namespace {

using namespace rtmpt_proxy;

// Allocations of this size and more come from the system and go back to it when they are freed. Without this the C
// library raises its limit with use, and the memory of a busy hour would stay with the process, in fragments.
constexpr int kLargeAllocationBytes = 64 << 10;

// OpenSSL does not look at the variable itself in a process whose real group is not its effective one, as this one's is
// (see gateway_rights.hpp). Returns the file when it cannot be read.
std::string use_openssl_configuration() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread yet
  const char* const file = std::getenv("OPENSSL_CONF");
  if (!file || !*file) return {};
  if (!local::Descriptor(::open(file, O_RDONLY | O_CLOEXEC))) return file;
  const std::unique_ptr<OPENSSL_INIT_SETTINGS, decltype(&OPENSSL_INIT_free)> settings(OPENSSL_INIT_new(),
                                                                                      OPENSSL_INIT_free);
  if (settings && OPENSSL_INIT_set_config_filename(settings.get(), file) == 1)
    OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, settings.get());
  return {};
}

int run(const gateway::Options& options) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread yet
  mallopt(M_MMAP_THRESHOLD, kLargeAllocationBytes);
  const std::string unread = use_openssl_configuration();
  gateway::Gateway gateway(options.threads);
  if (!unread.empty())
    gateway.first().log().error("RTMPT429: '{}', which OPENSSL_CONF names, cannot be read by the gateway's user: the "
                                "gateway's TLS is without it",
                                unread);
  gateway::ControlDoor control(gateway);
  gateway::Lifeline lifeline(gateway, local::Descriptor(options.lifeline), control);
  gateway::Door door(gateway, local::Descriptor(options.door));
  boost::asio::signal_set stop_signals(gateway.first().io(), SIGTERM, SIGINT);
  stop_signals.async_wait([&gateway](const boost::system::error_code& error, int) {
    if (!error) gateway.stop();
  });
  boost::asio::signal_set retire_signals(gateway.first().io(), local::retire_signal());
  retire_signals.async_wait([&lifeline](const boost::system::error_code& error, int) {
    if (!error) lifeline.retire();
  });
  lifeline.start();
  door.open();
  gateway.run();
  return 0;
}

int run_with_arguments(int argc, char** argv) {
  const gateway::Options options = gateway::read_options(argc, argv, std::string(project_version()));
  if (!options.answer.empty()) return std::fputs(options.answer.c_str(), stdout) < 0 ? 1 : 0;
  if (options.core_dumps) gateway::allow_core_dumps();
  // SIGPIPE: a write to a closed connection returns an error instead. The others are orders to httpd, but some tools
  // send them to all its processes: `apachectl graceful` of Red Hat does.
  for (const int signal : {SIGPIPE, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH})
    std::signal(signal, SIG_IGN);
  return run(options);
}

// Writes directly, because there may be no log thread any more.
void say_why_it_ends(const char* reason) {
  pollfd standard_error{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&standard_error, 1, static_cast<int>(local::patience::kLogReader.count())) == 1)
    std::fprintf(stderr, "RTMPT300: rtmpt-gateway ends: %s\n", reason);
}

} // namespace

int main(int argc, char** argv) {
  rtmpt_proxy::gateway::seclude_process();
  try {
    return run_with_arguments(argc, argv);
  } catch (const std::exception& error) {
    say_why_it_ends(error.what());
    return 1;
  }
}
