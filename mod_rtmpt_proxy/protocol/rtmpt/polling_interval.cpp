// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/polling_interval.hpp>

#include <array>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::array<std::uint8_t, 6> kSteps{0x01, 0x03, 0x05, 0x09, 0x11, 0x21};

} // namespace

std::uint8_t PollingInterval::after_data() {
  step_ = 0;
  return current();
}

std::uint8_t PollingInterval::after_empty_idle() {
  const std::uint8_t byte = current();
  if (step_ + 1 < kSteps.size()) ++step_;
  return byte;
}

std::uint8_t PollingInterval::current() const {
  return kSteps[step_];
}

} // namespace rtmpt_proxy::protocol
