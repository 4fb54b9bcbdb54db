// SPDX-License-Identifier: Apache-2.0
// Frames that decode must be what encoding their messages gives, cut in two (where, the last byte says) or not, by a
// reader that wipes as by one that does not.
#include "require.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = bytes.empty() ? 0 : static_cast<std::size_t>(data[size - 1]) % size;
  const auto read = [](FrameReader& reader, std::string_view piece, std::string& encoded) {
    GatewayMessage message;
    reader.feed(piece);
    while (reader.next(message) == FrameError::none)
      encoded += encode(message);
    return reader.next(message);
  };
  FrameReader whole;
  FrameReader cut_in_two(kMaxPayloadBytes, FrameReader::Memory::wiped);
  std::string encoded, encoded_of_cut;
  const FrameError end = read(whole, bytes, encoded);
  read(cut_in_two, bytes.substr(0, cut), encoded_of_cut);
  require(read(cut_in_two, bytes.substr(cut), encoded_of_cut) == end && encoded == encoded_of_cut,
          "a cut changes nothing");
  require(bytes.starts_with(encoded), "a message that decoded encodes to the same bytes");
  return 0;
}
