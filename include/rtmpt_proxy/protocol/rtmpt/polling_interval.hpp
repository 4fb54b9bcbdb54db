// SPDX-License-Identifier: Apache-2.0
// The polling interval byte: the first byte of every answer to send and idle tells a Flash-era client how long to wait
// before its next poll. Red5 and FMS use the steps 01 03 05 09 11 21 (hexadecimal); 0x21 is about half a second.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rtmpt_proxy::protocol {

class PollingInterval {
 public:
  // Bytes came for the client, so it should ask again soon. Returns the byte to send: 0x01.
  std::uint8_t after_data();

  // An idle is answered without bytes. Returns the byte to send, and moves one step up for the next one.
  std::uint8_t after_empty_idle();

  // The byte for the answer to a send without data. It changes nothing, because a send says nothing about the other
  // direction.
  std::uint8_t current() const;

 private:
  std::size_t step_ = 0;
};

} // namespace rtmpt_proxy::protocol
