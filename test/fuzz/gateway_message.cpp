// Frames that decode must be what encoding their messages gives. The first byte says where the rest is cut in two.
#include "require.hpp"

#include <rtmpt_proxy/protocol/gateway_message.hpp>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = bytes.empty() ? 0 : data[0] % bytes.size();
  FrameReader reader;
  GatewayMessage message;
  std::string encoded;
  for (const std::string_view piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
    reader.feed(piece);
    while (reader.next(message) == FrameError::none)
      encoded += encode(message);
  }
  require(bytes.starts_with(encoded), "a message that decoded encodes to the same bytes");
  FrameReader again;
  again.feed(bytes);
  for (std::size_t left = encoded.size(); left > 0; left -= encode(message).size())
    require(again.next(message) == FrameError::none, "uncut bytes give the same messages");
  return require(again.next(message) == reader.next(message), "and the same end"), 0;
}
