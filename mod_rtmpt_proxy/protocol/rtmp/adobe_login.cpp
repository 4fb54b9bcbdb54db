// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmp/adobe_login.hpp>

#include <algorithm>
#include <array>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::string_view kRejected = "[ AccessManager.Reject ] : [ ";
constexpr std::string_view kMethod = "authmod=adobe";

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool is_user(std::string_view user) {
  return !user.empty() && user.size() <= kMaxLoginUserBytes && user.find(':') == std::string_view::npos &&
         std::none_of(user.begin(), user.end(), is_control);
}

// Hexadecimal digits, or base64 in one of its alphabets.
bool is_field(std::string_view value) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_";
  return !value.empty() && value.size() <= kMaxLoginFieldBytes &&
         value.find_first_not_of(kLetters) == std::string_view::npos;
}

struct Field {
  std::string_view name; // with its equals sign
  std::string* value;
};

// False when the text is none of the fields, or one that was there before.
bool take_field(std::string_view text, const auto& fields) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [text](const Field& one) { return text.starts_with(one.name); });
  if (found == fields.end() || !found->value->empty()) return false;
  *found->value = text.substr(found->name.size());
  return !found->value->empty();
}

} // namespace

std::optional<AdobeLogin> read_adobe_login(std::string_view query) {
  AdobeLogin login;
  std::string method;
  const std::array<Field, 5> fields{{{"authmod=", &method},
                                     {"user=", &login.user},
                                     {"opaque=", &login.opaque},
                                     {"challenge=", &login.challenge},
                                     {"response=", &login.response}}};
  for (bool goes_on = true; goes_on;) {
    const std::string_view field = query.substr(0, query.find('&'));
    goes_on = field.size() < query.size();
    query.remove_prefix(std::min(query.size(), field.size() + 1));
    if (!take_field(field, fields)) return std::nullopt;
  }
  if (method != "adobe" || !is_user(login.user)) return std::nullopt;
  const bool is_name_alone = login.opaque.empty() && login.challenge.empty() && login.response.empty();
  const bool is_whole = is_field(login.opaque) && is_field(login.challenge) && is_field(login.response);
  return is_name_alone || is_whole ? std::optional(login) : std::nullopt;
}

std::string to_query(const AdobeLogin& login) {
  std::string query = std::string(kMethod) + "&user=" + login.user;
  if (!login.answers()) return query;
  return query + "&challenge=" + login.challenge + "&response=" + login.response + "&opaque=" + login.opaque;
}

std::string adobe_wants_login() {
  return std::string(kRejected) + "code=403 need auth; " + std::string(kMethod) + " ] : ";
}

std::string adobe_challenge(std::string_view user, std::string_view realm, std::string_view opaque) {
  std::string words = std::string(kRejected) + std::string(kMethod) + " ] : ?reason=needauth";
  words.append("&user=").append(user).append("&salt=:").append(realm).append(":");
  words.append("&challenge=").append(opaque).append("&opaque=").append(opaque);
  return words;
}

std::string adobe_login_failed() {
  return std::string(kRejected) + std::string(kMethod) + " ] : ?reason=authfailed";
}

bool is_adobe_realm(std::string_view realm) {
  return !realm.empty() && realm.size() <= kMaxLoginRealmBytes &&
         std::all_of(realm.begin(), realm.end(), [](char c) { return c >= ' ' && c <= '~' && c != '&' && c != ':'; });
}

} // namespace rtmpt_proxy::protocol
