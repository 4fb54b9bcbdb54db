// SPDX-License-Identifier: Apache-2.0
#include "module/keeper/gateway_launch.hpp"

#include "local/error_text.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <array>
#include <csignal>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr int kDoor = 3; // the numbers in the gateway's options
constexpr int kLifeline = 4;
constexpr int kReport = 5;    // closes on exec
constexpr int kSafeFrom = 16; // above all numbers that are assigned below

// The certificates and the settings at their largest: the gateway may stand still while they are sent.
constexpr int kLifelineBytes = static_cast<int>(2 * protocol::kMaxPayloadBytes);

enum class Step : int { privileges, parent, descriptors, exec };

// What the new process writes when it cannot become the gateway.
struct Report {
  Step step;
  int error; // errno, or 0
};

std::string failure_of(const std::string& path, const std::string& why) {
  return "cannot run '" + path + "': " + why;
}

// Why `path` cannot be executed; empty when it can.
std::string check_executable(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return failure_of(path, local::error_text(errno));
  if (!S_ISREG(file.st_mode)) return failure_of(path, "it is not a regular file");
  if ((file.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0) return failure_of(path, "it is not executable");
  return {};
}

GatewayFile file_of(const struct stat& file) {
  return {file.st_dev, file.st_ino, file.st_mtim.tv_sec, file.st_mtim.tv_nsec};
}

void reset_signals() {
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD, SIGALRM, SIGWINCH})
    ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Puts each descriptor where the gateway expects it and closes everything else.
bool arrange_descriptors(int door, int lifeline, int log, int report) {
  const int null_device = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const std::array<std::pair<int, int>, 6> wanted{{{null_device, 0},
                                                   {null_device, 1},
                                                   {log >= 0 ? log : null_device, 2},
                                                   {door, kDoor},
                                                   {lifeline, kLifeline},
                                                   {report, kReport}}};
  std::array<int, wanted.size()> safe{};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    safe[i] = ::fcntl(wanted[i].first, F_DUPFD_CLOEXEC, kSafeFrom);
    if (safe[i] < 0) return false;
  }
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (::dup2(safe[i], wanted[i].second) < 0) return false;
  ::close_range(kReport + 1, ~0u, 0);
  return ::fcntl(kReport, F_SETFD, FD_CLOEXEC) == 0;
}

[[noreturn]] void give_up(int report, Step step, int error) {
  const Report message{step, error};
  const ssize_t written = ::write(report, &message, sizeof message);
  ::_exit(written == sizeof message ? 1 : 2);
}

void execute(const LaunchOrder& order) {
  std::string threads = std::to_string(order.threads);
  std::vector<const char*> arguments{"rtmpt-gateway", "--door-fd",    "3", "--lifeline-fd", "4",
                                     "--threads",     threads.c_str()};
  if (ap_coredumpdir_configured) arguments.push_back("--core-dumps");
  arguments.push_back(nullptr);
  const std::vector<std::string> variables = gateway_environment();
  std::vector<const char*> environment;
  for (const std::string& variable : variables)
    environment.push_back(variable.c_str());
  environment.push_back(nullptr);
  ::execve(order.path.c_str(), const_cast<char**>(arguments.data()), const_cast<char**>(environment.data()));
}

// Runs in the new process.
[[noreturn]] void become_gateway(const LaunchOrder& order, pid_t parent, int lifeline, int report, int log) {
  ::setsid(); // prefork ends its children by their process group
  set_gateway_limits();
  ::umask(0077);
  reset_signals();
  if (!take_gateway_user(order.user, order.server, order.scratch)) give_up(report, Step::privileges, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM); // after the change of user, which clears it
  if (::getppid() != parent) give_up(report, Step::parent, 0);
  // Cores go where httpd's children write theirs. If the directory cannot be entered, there is no core.
  if (ap_coredumpdir_configured) [[maybe_unused]]
    const int entered = ::chdir(ap_coredump_dir);
  if (!arrange_descriptors(order.door_gateways_end, lifeline, log, report)) give_up(report, Step::descriptors, errno);
  execute(order);
  give_up(kReport, Step::exec, errno);
}

std::string describe(const Report& report) {
  switch (report.step) {
  case Step::privileges: return "it would not run as the configured user and group, without privileges";
  case Step::parent: return "httpd ended meanwhile";
  case Step::descriptors: return "its descriptors could not be arranged: " + local::error_text(report.error);
  case Step::exec: return local::error_text(report.error);
  }
  return "for an unknown reason";
}

// Waits for exec, which closes the pipe, or for a report that exec failed.
std::string outcome(int report) {
  Report message{};
  ssize_t count = 0;
  do {
    count = ::read(report, &message, sizeof message);
  } while (count < 0 && errno == EINTR);
  if (count == 0) return {};
  return count == sizeof message ? describe(message) : "its start could not be observed";
}

// The system doubles the number, for what it needs itself. Beyond its limit it grants it to root alone.
void make_room(int lifeline) {
  if (::setsockopt(lifeline, SOL_SOCKET, SO_SNDBUFFORCE, &kLifelineBytes, sizeof kLifelineBytes) != 0)
    ::setsockopt(lifeline, SOL_SOCKET, SO_SNDBUF, &kLifelineBytes, sizeof kLifelineBytes);
}

int error_log_descriptor(server_rec* server) {
  apr_os_file_t log = -1;
  if (server->error_log && apr_os_file_get(&log, server->error_log) == APR_SUCCESS) return log;
  return -1;
}

} // namespace

GatewayFile gateway_file_at(const char* path) {
  struct stat file {};
  return ::stat(path, &file) == 0 ? file_of(file) : GatewayFile{};
}

LaunchResult launch_gateway(const LaunchOrder& order) {
  LaunchResult result;
  result.file = gateway_file_at(order.path.c_str());
  result.failure = check_executable(order.path);
  if (!result.failure.empty()) return result;
  std::optional<local::SocketPair> lifeline = local::make_socket_pair(SOCK_STREAM);
  int pipe_ends[2];
  if (!lifeline || ::pipe2(pipe_ends, O_CLOEXEC) != 0) {
    result.failure = failure_of(order.path, local::error_text(errno));
    return result;
  }
  make_room(lifeline->ours.get());
  const local::Descriptor report_reader(pipe_ends[0]);
  local::Descriptor report_writer(pipe_ends[1]);
  const int log = error_log_descriptor(order.server);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) {
    result.failure = failure_of(order.path, local::error_text(errno));
    return result;
  }
  if (pid == 0) become_gateway(order, parent, lifeline->theirs.get(), report_writer.get(), log);
  report_writer.reset();
  const std::string reason = outcome(report_reader.get());
  if (!reason.empty()) {
    end_gateway(pid);
    result.failure = failure_of(order.path, reason);
    return result;
  }
  result.pid = pid;
  result.lifeline = std::move(lifeline->ours);
  return result;
}

void end_gateway(pid_t pid) {
  ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

} // namespace rtmpt_proxy::apache
