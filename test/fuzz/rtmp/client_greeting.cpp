// SPDX-License-Identifier: Apache-2.0
// A client's greeting is heard the same however its bytes are cut (where, the last byte says), keeps no more than it
// may, and what httpd would be asked about it has no byte that could mean something else.
#include "require.hpp"

#include <rtmpt_proxy/policy/routing/ask_target.hpp>
#include <rtmpt_proxy/protocol/rtmp/client_greeting.hpp>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::policy;
using rtmpt_proxy::test::require;

namespace {

struct Heard {
  GreetingState state = GreetingState::handshake;
  GreetingError error = GreetingError::none;
  ConnectRequest connect;
  std::string kept;
  std::size_t taken_bytes = 0;
  bool operator==(const Heard&) const = default;
};

// As a whole handshake is long, the input follows one that is made up, unless its first byte says otherwise.
std::string as_sent(std::string_view input) {
  if (input.front() % 4 == 0) return std::string(input.substr(1));
  std::string bytes(kHandshakeBytes, 'h');
  bytes.front() = static_cast<char>(kRtmpVersion);
  return bytes += input.substr(1);
}

Heard hear(std::string_view bytes, std::size_t piece_bytes) {
  ClientGreeting greeting;
  Heard heard;
  bool goes_on = true;
  while (goes_on && heard.taken_bytes < bytes.size()) {
    const std::string_view piece = bytes.substr(heard.taken_bytes, piece_bytes);
    const std::size_t taken = greeting.feed(piece);
    require(taken <= piece.size(), "no more is taken than there is");
    require(greeting.kept().size() <= kMaxGreetingBytes, "memory has its limit");
    heard.taken_bytes += taken;
    goes_on = taken == piece.size();
  }
  heard.state = greeting.state();
  heard.error = greeting.error();
  heard.connect = greeting.connect();
  heard.kept = greeting.kept();
  require((heard.state == GreetingState::failed) == (heard.error != GreetingError::none), "a failure has a reason");
  if (heard.state == GreetingState::failed) {
    require(heard.kept.empty() && greeting.feed("x") == 0, "a failure stays, and nothing of it is kept");
    heard.taken_bytes = 0; // what was taken before depends on the cuts
  }
  return heard;
}

void check_target(const ConnectRequest& connect) {
  const AskTarget target = ask_target(connect);
  if (target.error != AskError::none) return require(target.path.empty(), "what is refused has no path");
  require(target.path.starts_with('/'), "a path begins with a slash");
  require(target.path.find("//") == std::string::npos, "no segment is empty");
  for (const char c : target.path + target.host) {
    const auto byte = static_cast<unsigned char>(c);
    require(byte > 0x20 && byte < 0x7f && c != '?' && c != '#' && c != '\\', "no byte means something else to httpd");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string bytes = as_sent(input);
  if (bytes.empty()) return 0;
  const Heard whole = hear(bytes, bytes.size());
  require(whole == hear(bytes, data[size - 1] + 1u), "a cut changes nothing");
  require(whole == hear(bytes, 1), "bytes one by one change nothing");
  if (whole.state == GreetingState::connected) check_target(whole.connect);
  return 0;
}
