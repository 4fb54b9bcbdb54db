// SPDX-License-Identifier: Apache-2.0
#include "policy/routing/ask_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::string_view kLettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += {'%', kHex[byte >> 4], kHex[byte & 15]};
}

// The value of a hexadecimal digit; -1 when it is none.
int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string joined_credentials(std::string_view user, std::string_view password) {
  const std::string name = unescaped(user);
  const std::string secret = unescaped(password);
  if (name.empty() || name.find(':') != std::string::npos || has_control(name) || has_control(secret)) return {};
  return name + ":" + secret;
}

} // namespace

bool is_one_of(char c, std::string_view others) {
  return kLettersAndDigits.find(c) != std::string_view::npos || others.find(c) != std::string_view::npos;
}

std::string_view bare_app(std::string_view app) {
  constexpr std::string_view kUsualInstance = "/_definst_";
  if (app.ends_with('/')) app.remove_suffix(1); // clients write one behind the application
  if (app.ends_with(kUsualInstance)) app.remove_suffix(kUsualInstance.size());
  return app;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_control);
}

bool is_plain_path(std::string_view path) {
  return path.find("...") == std::string_view::npos && path.find("_definst_") == std::string_view::npos &&
         std::all_of(path.begin(), path.end(),
                     [](char c) { return is_one_of(c, "-._~/@+!$()*;") || static_cast<unsigned char>(c) >= 0x80; });
}

bool is_plain_query(std::string_view query) {
  constexpr std::array<std::string_view, 2> kHosts{"vhost", "domain"};
  const std::string lower = lower_case(query);
  return query.find_first_of("/#") == std::string_view::npos && !has_control(query) &&
         std::none_of(kHosts.begin(), kHosts.end(),
                      [&lower](std::string_view host) { return lower.find(host) != std::string::npos; });
}

bool has_odd_segment(std::string_view path) {
  for (std::size_t begin = 0; !path.empty() && begin != std::string_view::npos;) {
    const std::size_t end = path.find('/', begin);
    const std::string_view segment = path.substr(begin, end - begin);
    if (segment.empty() || segment == "." || segment == "..") return true;
    begin = end == std::string_view::npos ? end : end + 1;
  }
  return false;
}

std::string escaped_path(std::string_view path) {
  std::string escaped;
  for (const char c : path) {
    if (is_one_of(c, "-._~/"))
      escaped += c;
    else
      append_escaped(escaped, c);
  }
  return escaped;
}

std::string unescaped(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? digit_value(text[i + 1]) : -1;
    const int low = high >= 0 ? digit_value(text[i + 2]) : -1;
    if (low < 0) {
      bytes += text[i];
      continue;
    }
    bytes += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return bytes;
}

std::string header_text(std::string_view text) {
  std::string value;
  for (const char c : text) {
    if (c >= ' ' && c <= '~')
      value += c;
    else
      append_escaped(value, c);
  }
  return value;
}

std::string credentials_in_query(std::string_view query) {
  constexpr std::string_view kUser = "user=";
  constexpr std::string_view kPassword = "pass=";
  std::string_view user;
  std::string_view password;
  while (!query.empty()) {
    const std::string_view field = query.substr(0, query.find('&'));
    if (user.empty() && field.starts_with(kUser)) user = field.substr(kUser.size());
    if (password.empty() && field.starts_with(kPassword)) password = field.substr(kPassword.size());
    query.remove_prefix(std::min(query.size(), field.size() + 1));
  }
  return joined_credentials(user, password);
}

std::string credentials_in_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const std::size_t end = authority.rfind('@');
  if (end == std::string_view::npos) return {};
  const std::string_view information = authority.substr(0, end);
  const std::size_t colon = std::min(information.find(':'), information.size());
  return joined_credentials(information.substr(0, colon), information.substr(std::min(colon + 1, information.size())));
}

} // namespace rtmpt_proxy::policy
