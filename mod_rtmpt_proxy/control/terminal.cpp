// SPDX-License-Identifier: Apache-2.0
#include "control/terminal.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace rtmpt_proxy::control {

namespace {

// Another screen, no cursor, no lines that go on below themselves; and all of it back (ECMA-48, xterm's private modes).
constexpr std::string_view kTake = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr std::string_view kGiveBack = "\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr std::string_view kTop = "\x1b[H";
constexpr std::string_view kClearLine = "\x1b[K";
constexpr std::string_view kClearBelow = "\x1b[J";

sigset_t taken_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH})
    ::sigaddset(&signals, signal);
  return signals;
}

bool write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

int wait_milliseconds(local::Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - local::Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

} // namespace

bool is_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

Terminal::Terminal() {
  const sigset_t signals = taken_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, &old_signals_);
  signals_ = local::Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_) throw std::system_error(errno, std::generic_category(), "signalfd");
  termios modes{};
  if (::tcgetattr(STDIN_FILENO, &modes) == 0) {
    old_modes_ = modes;
    modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    modes.c_cc[VSUSP] = _POSIX_VDISABLE; // a stopped program would leave the screen as it is
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
  }
  write_all(kTake);
}

Terminal::~Terminal() {
  write_all(kGiveBack);
  if (old_modes_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &*old_modes_);
  ::pthread_sigmask(SIG_SETMASK, &old_signals_, nullptr);
}

PageSize Terminal::size() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return {};
  return {size.ws_row, size.ws_col};
}

bool Terminal::show(const std::vector<std::string>& lines) {
  std::string frame(kTop);
  for (std::size_t i = 0; i < lines.size(); ++i)
    frame.append(i > 0 ? "\n" : "").append(lines[i]).append(kClearLine);
  return write_all(frame.append(kClearBelow));
}

TerminalEvents Terminal::wait(int other, local::Deadline deadline) {
  std::array<pollfd, 3> waiting{
      {{signals_.get(), POLLIN, 0}, {other, POLLIN, 0}, {old_modes_ ? STDIN_FILENO : -1, POLLIN, 0}}};
  TerminalEvents events;
  if (::poll(waiting.data(), waiting.size(), wait_milliseconds(deadline)) <= 0) return events;
  signalfd_siginfo signal{};
  while (::read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
    if (signal.ssi_signo == SIGWINCH)
      events.is_resized = true;
    else
      events.end_signal = static_cast<int>(signal.ssi_signo);
  }
  events.is_ready = waiting[1].revents != 0;
  if (waiting[2].revents == 0) return events;
  std::array<char, 64> keys{};
  const ssize_t typed = ::read(STDIN_FILENO, keys.data(), keys.size());
  if (typed > 0) events.keys.assign(keys.data(), static_cast<std::size_t>(typed));
  events.is_gone = typed <= 0;
  return events;
}

} // namespace rtmpt_proxy::control
