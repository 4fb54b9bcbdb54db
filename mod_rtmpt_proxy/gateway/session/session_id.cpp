// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/session_id.hpp"

#include "gateway/base/random_bytes.hpp"

#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <array>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace {

// Small letters and digits that cannot be confused with each other, because people read names aloud and type them.
constexpr std::string_view kNameAlphabet = "abcdefghijkmnpqrstuvwxyz23456789";

template <std::size_t size>
std::array<unsigned char, size> random_bytes() {
  std::array<unsigned char, size> random{};
  fill_randomly(random.data(), random.size());
  return random;
}

// `count` random characters of the alphabet of session ids, 6 bits each.
template <std::size_t count>
void add_random_characters(std::string& text) {
  constexpr auto kAlphabet = protocol::kSessionIdAlphabet;
  for (const unsigned char byte : random_bytes<count>())
    text += kAlphabet[byte % kAlphabet.size()]; // 64 divides 256: no bias
}

} // namespace

std::string make_gateway_tag() {
  std::string tag;
  add_random_characters<protocol::kGatewayTagBytes>(tag);
  return tag;
}

protocol::SessionId make_session_id(std::uint32_t loop, std::string_view gateway_tag) {
  std::string id;
  id.reserve(protocol::kSessionIdBytes);
  id += protocol::loop_character(loop);
  id += gateway_tag;
  add_random_characters<protocol::kRandomIdBytes>(id);
  return protocol::SessionId(std::move(id));
}

protocol::SessionName make_session_name() {
  std::string name;
  for (const unsigned char byte : random_bytes<12>())
    name += kNameAlphabet[byte % kNameAlphabet.size()]; // 32 divides 256: no bias
  return protocol::SessionName(std::move(name));
}

} // namespace rtmpt_proxy::gateway
