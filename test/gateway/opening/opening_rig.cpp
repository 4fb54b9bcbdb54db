// SPDX-License-Identifier: Apache-2.0
#include "opening_rig.hpp"

#include "gateway/doors/admission.hpp"
#include "test/support/deadline.hpp"

#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rtmpt_proxy::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {} // namespace

OpeningRig::OpeningRig(gateway::NameRules names)
    : log_(::memfd_create("log", MFD_CLOEXEC)), gateway_(1, std::move(names)) {
  loop().gateway_log().use(log_);
  loop().gateway_log().set_level(7);
}

bool OpeningRig::runs_until(const std::function<bool()>& condition) {
  for (const auto deadline = steady_clock::now() + kPatience; !condition() && steady_clock::now() < deadline;)
    loop().io().run_one_for(100ms);
  return condition();
}

std::optional<protocol::GatewayMessage> OpeningRig::open(const protocol::Admission& admission) {
  std::optional<protocol::GatewayMessage> outcome;
  gateway::open_session(loop(), admission, std::nullopt,
                        [&outcome](const protocol::GatewayMessage& message) { outcome = message; });
  runs_until([&outcome] { return outcome.has_value(); });
  return outcome;
}

std::string OpeningRig::log_text() {
  loop().gateway_log().flush(kPatience); // it is written on a thread of its own
  struct stat file {};
  ::fstat(log_, &file);
  std::string text(static_cast<std::size_t>(file.st_size), '\0');
  const ssize_t count = ::pread(log_, text.data(), text.size(), 0);
  text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return text;
}

protocol::Admission admission_for(const std::string& host, std::uint16_t port) {
  protocol::Admission admission;
  admission.vhost_key = protocol::VhostKey("vh");
  admission.server_name = "test";
  admission.client_address = "192.0.2.7";
  admission.backend_name = "rtmp://" + host + ":" + std::to_string(port);
  admission.backend = {protocol::BackendKind::rtmp, host, port};
  admission.connect_timeout = 10s;
  admission.terms.session_timeout = 60s;
  admission.terms.buffer_bytes = 1 << 16;
  return admission;
}

protocol::Refused refused(const std::optional<protocol::GatewayMessage>& outcome) {
  if (!outcome) throw std::runtime_error("an open has no outcome");
  if (const auto* const refusal = std::get_if<protocol::Refused>(&*outcome)) return *refusal;
  throw std::runtime_error("an open was not refused");
}

} // namespace rtmpt_proxy::test
