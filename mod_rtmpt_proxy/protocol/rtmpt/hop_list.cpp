// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/hop_list.hpp>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kNameCharacters = "0123456789abcdef";

bool is_name(std::string_view text) {
  return text.size() == kHopNameBytes && text.find_first_not_of(kNameCharacters) == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

} // namespace

std::string_view to_string(HopVerdict verdict) {
  switch (verdict) {
  case HopVerdict::passes: return "the open passes";
  case HopVerdict::comes_back: return "the open has come back to the server that sent it";
  case HopVerdict::too_many: return "the open has passed 8 servers already";
  case HopVerdict::malformed: return "RTMPT-Hops is no list of names of 16 characters 0-9 a-f";
  }
  return "the open has an unknown fault";
}

HopCheck check_hops(std::string_view value, std::string_view own_name) {
  HopCheck check;
  value = trimmed(value);
  std::size_t hops = 0;
  while (!value.empty()) {
    const std::size_t comma = value.find(',');
    const std::string_view name = trimmed(value.substr(0, comma));
    if (!is_name(name)) return {HopVerdict::malformed, {}};
    if (name == own_name) return {HopVerdict::comes_back, {}};
    if (++hops >= kMaxHops) return {HopVerdict::too_many, {}};
    check.onward.append(name).append(", ");
    if (comma == std::string_view::npos) break;
    value.remove_prefix(comma + 1);
    if (value.empty()) return {HopVerdict::malformed, {}};
  }
  check.onward.append(own_name);
  return check;
}

} // namespace rtmpt_proxy::protocol
