// SPDX-License-Identifier: Apache-2.0
#include "support/peers/rsyslog.hpp"

#include "support/os/private_view.hpp"
#include "support/os/text_file.hpp"

#include <csignal>

namespace rtmpt_proxy::test {

namespace fs = std::filesystem;

Rsyslog::Rsyslog(fs::path folder) : folder_(std::move(folder)) {
  fs::create_directory(folder_ / "dev");
  use_private_dev(folder_ / "dev");
  write_file(folder_ / "rsyslog.conf", "global(workDirectory=\"" + folder_.string() +
                                           "\")\nmodule(load=\"imuxsock\")\n"
                                           "$ActionFileDefaultTemplate RSYSLOG_TraditionalFileFormat\n"
                                           "*.info;local1.none " +
                                           (folder_ / "messages").string() + "\nlocal1.* " +
                                           (folder_ / "local1").string() + "\n");
  start();
}

void Rsyslog::start() {
  const auto output = folder_ / "output";
  process_.emplace(
      Command{{"rsyslogd", "-n", "-f", (folder_ / "rsyslog.conf").string(), "-i", (folder_ / "pid").string()},
              output,
              output,
              folder_});
  eventually("rsyslogd listens", [] { return fs::is_socket("/dev/log"); });
}

void Rsyslog::stop() {
  process_->signal(SIGTERM);
  process_->wait();
  fs::remove("/dev/log");
}

} // namespace rtmpt_proxy::test
