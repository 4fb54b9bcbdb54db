// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/watch/watch_head.hpp>

#include <algorithm>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::uint16_t kSwitching = 101;
constexpr std::uint16_t kBadRequest = 400;
constexpr std::uint16_t kUpgradeRequired = 426;
constexpr std::size_t kKeyBytes = 24; // 16 bytes in Base64

bool is_key(std::string_view key) {
  const auto is_base64 = [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '/'; };
  return key.size() == kKeyBytes && key.ends_with("==") && std::all_of(key.begin(), key.end() - 2, is_base64);
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

// Upgrade is a list of protocols (RFC 9110, 7.8).
bool names_websocket(std::string_view upgrade) {
  while (!upgrade.empty()) {
    const std::string_view protocol = upgrade.substr(0, upgrade.find(','));
    if (lowered(without_blanks(protocol)) == "websocket") return true;
    upgrade.remove_prefix(std::min(protocol.size() + 1, upgrade.size()));
  }
  return false;
}

} // namespace

bool wants_websocket(const UpgradeFacts& facts) {
  return facts.connection_upgrades && names_websocket(facts.upgrade);
}

std::uint16_t status_of_upgrade(const UpgradeFacts& facts) {
  if (!facts.is_http_1_1 || !wants_websocket(facts) || !is_key(facts.key)) return kBadRequest;
  return facts.version == "13" ? kSwitching : kUpgradeRequired;
}

std::string flv_head(WatchFraming framing, const OriginVerdict& origin) {
  std::string head = "HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\nCache-Control: no-store\r\n"
                     "X-Accel-Buffering: no\r\nX-Content-Type-Options: nosniff\r\n";
  if (!origin.allow_origin.empty()) head += "Access-Control-Allow-Origin: " + origin.allow_origin + "\r\n";
  if (origin.allows_credentials) head += "Access-Control-Allow-Credentials: true\r\nVary: Origin\r\n";
  if (framing == WatchFraming::chunked) head += "Transfer-Encoding: chunked\r\n";
  return head + "Connection: close\r\n\r\n";
}

std::string websocket_head(std::string_view accept) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         std::string(accept) + "\r\n\r\n";
}

} // namespace rtmpt_proxy::policy
