// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/watch/watch_setting.hpp>

namespace rtmpt_proxy::policy {

namespace {

// False when the word is none, or comes again.
bool take_word(std::string_view word, WatchSetting& setting) {
  bool* const form = lowered(word) == "flv" ? &setting.flv : lowered(word) == "ws" ? &setting.websocket : nullptr;
  if (!form || *form) return false;
  *form = true;
  return true;
}

} // namespace

std::optional<WatchSetting> parse_watch(std::string_view first, std::string_view second) {
  WatchSetting setting;
  if (lowered(first) == "off" && second.empty()) return setting;
  if (!take_word(first, setting) || (!second.empty() && !take_word(second, setting))) return std::nullopt;
  return setting;
}

} // namespace rtmpt_proxy::policy
