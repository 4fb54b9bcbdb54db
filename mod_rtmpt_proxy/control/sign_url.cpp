// SPDX-License-Identifier: Apache-2.0
#include "control/sign_url.hpp"

#include "local/keyed_digest.hpp"
#include "local/private_file.hpp"

#include <rtmpt_proxy/policy/tokens/signed_url.hpp>
#include <rtmpt_proxy/protocol/text/ip_address.hpp>
#include <rtmpt_proxy/protocol/text/wipe.hpp>

namespace rtmpt_proxy::control {

namespace {

Signed failed(std::string error) {
  return {{}, "RTMPT498: " + std::move(error)};
}

policy::TokenKeysResult read_keys(const std::string& path) {
  local::PrivateText file = local::read_private_file(path, policy::kMaxTokenKeyFileBytes);
  if (!file.error.empty()) return {{}, "the key file '" + path + "' " + file.error};
  policy::TokenKeysResult keys = policy::parse_token_keys(file.text);
  protocol::wipe(file.text);
  if (!keys.error.empty()) keys.error = "the key file '" + path + "' cannot be understood: " + keys.error;
  return keys;
}

// As httpd writes it: "::ffff:192.0.2.7" is "192.0.2.7".
std::string shown_address(const std::string& text) {
  const auto address = protocol::parse_ip_address(text);
  return address ? std::string(protocol::to_text(*address).view()) : std::string();
}

} // namespace

Signed sign(const SignOrder& order, std::chrono::system_clock::time_point now) {
  const policy::StreamUrl url = policy::parse_stream_url(order.url);
  if (!url.error.empty()) return failed("the URL '" + order.url + "': " + url.error);
  if (url.is_view && order.publishes) return failed("nobody publishes by '" + order.url + "': expected --play");
  const std::string address = order.address.empty() ? std::string() : shown_address(order.address);
  if (address.empty() && !order.address.empty())
    return failed("--address '" + order.address + "': expected an IPv4 or IPv6 address");
  const policy::TokenKeysResult keys = read_keys(order.key_file);
  if (!keys.error.empty()) return failed(keys.error);
  const policy::TokenKey* const key =
      order.key_id.empty() ? &keys.keys.front() : policy::find_token_key(keys.keys, order.key_id);
  if (!key) return failed("the key file '" + order.key_file + "' has no key '" + order.key_id + "'");
  const auto expires = std::chrono::duration_cast<std::chrono::seconds>((now + order.life).time_since_epoch()).count();
  const std::string name = policy::signed_name(
      url, *key, {order.publishes ? "PUBLISH" : "PLAY", static_cast<std::uint64_t>(expires), address},
      local::keyed_digest);
  if (order.for_encoder) return {"Server: " + url.before_name + "\nStream key: " + name + "\n", {}};
  return {url.before_name + "/" + name + "\n", {}};
}

} // namespace rtmpt_proxy::control
