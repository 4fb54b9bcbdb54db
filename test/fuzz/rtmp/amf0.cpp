// SPDX-License-Identifier: Apache-2.0
// The walk ends, keeps its limits, opens and closes in balance, points into its message only, and a message with more
// behind it has the same values in front.
#include "require.hpp"

#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>

#include <string>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

namespace {

bool is_within(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

std::size_t walk(std::string_view message, Amf0Error& error) {
  Amf0Reader reader(message);
  std::size_t depth = 0;
  std::size_t members = 0;
  std::size_t values = 0;
  for (Amf0Token token = reader.next(); token.kind != Amf0Kind::end; token = reader.next()) {
    ++values;
    if (token.kind == Amf0Kind::close) --depth;
    require(token.depth == depth, "a value stands in what is open");
    require(is_within(token.text, message) && is_within(token.name, message), "text is a part of the message");
    require(token.text.size() <= kMaxAmf0TextBytes && token.name.size() <= kMaxAmf0TextBytes, "text keeps its limit");
    if (token.kind == Amf0Kind::close) continue;
    members += depth > 0 ? 1 : 0;
    if (token.kind == Amf0Kind::object || token.kind == Amf0Kind::array) ++depth;
    require(depth <= kMaxAmf0Depth && members <= kMaxAmf0Properties, "limits are kept");
  }
  error = reader.error();
  require(values <= message.size(), "a value has a byte at least");
  require(error != Amf0Error::none || depth == 0, "a good message closes what it opens");
  require(reader.next().kind == Amf0Kind::end && reader.error() == error, "the end stays");
  return values;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string message(reinterpret_cast<const char*>(data), size);
  Amf0Error error{};
  Amf0Error longer_error{};
  const std::size_t values = walk(message, error);
  const std::size_t longer = walk(message + '\x05', longer_error);
  require(longer >= values, "more behind it takes no value away");
  require(error != Amf0Error::none || (longer == values + 1 && longer_error == error), "a null more");
  require(error == Amf0Error::none || error == Amf0Error::truncated || longer_error == error,
          "an error stays the same");
  return 0;
}
