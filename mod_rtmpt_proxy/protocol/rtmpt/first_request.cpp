// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/first_request.hpp>

#include <algorithm>
#include <array>

namespace rtmpt_proxy::protocol {

namespace {

// Methods may have other characters too (RFC 9110, section 5.6.2), but none in use has.
bool is_method(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char one) { return one >= 'A' && one <= 'Z'; });
}

// Of a target of RTMPT, with a session id of any server.
bool begins_tunnel_target(std::string_view target) {
  constexpr std::array<std::string_view, 6> kPlaces{"/open/", "/send/", "/idle/", "/idel/", "/close/", "/fcs/"};
  return std::any_of(kPlaces.begin(), kPlaces.end(), [&](std::string_view place) { return target.starts_with(place); });
}

} // namespace

bool begins_page(std::string_view bytes) {
  const std::size_t method_end = bytes.find(' ');
  if (method_end == std::string_view::npos) return false;
  const std::string_view method = bytes.substr(0, method_end);
  const std::string_view rest = bytes.substr(method_end + 1);
  const std::string_view target = rest.substr(0, rest.find(' '));
  if (target.empty() || target.size() == rest.size() || !is_method(method)) return false;
  return method != "POST" || !begins_tunnel_target(target);
}

} // namespace rtmpt_proxy::protocol
