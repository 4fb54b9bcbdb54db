// SPDX-License-Identifier: Apache-2.0
#include "policy/logs/log_time.hpp"
#include "policy/routing/ask_text.hpp"

#include <rtmpt_proxy/policy/routing/ask_target.hpp>
#include <rtmpt_proxy/policy/watch/stream_list.hpp>
#include <rtmpt_proxy/protocol/text/json_text.hpp>

#include <chrono>
#include <cstdint>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::string_view kListWord = "streams";

using protocol::json_text;

// Null instead of what is not known.
std::string text_or_null(std::string_view text) {
  return text.empty() ? "null" : json_text(text);
}

std::string number_or_null(std::uint32_t number) {
  return number == 0 ? "null" : std::to_string(number);
}

// 29970 is 29.97.
std::string hertz_or_null(std::uint32_t millihertz) {
  if (millihertz == 0) return "null";
  const std::string thousandths = std::to_string(1000 + millihertz % 1000).substr(1);
  const std::size_t digits = thousandths.find_last_not_of('0') + 1; // 0 when there is none
  return std::to_string(millihertz / 1000) + (digits == 0 ? "" : "." + thousandths.substr(0, digits));
}

std::string time_text(std::uint64_t seconds_since_1970) {
  const std::chrono::system_clock::time_point time{std::chrono::seconds(seconds_since_1970)};
  return format_log_time("%Y-%m-%dT%H:%M:%SZ", time, std::chrono::seconds(0));
}

std::string json_of(std::string_view app, const protocol::ListedStream& stream) {
  const protocol::MediaDescription& media = stream.media;
  std::string json = "{\"name\":" + json_text(stream.name);
  json += ",\"path\":" + json_text("/" + escaped_path(std::string(app) + "/" + stream.name));
  json += ",\"publishers\":" + std::to_string(stream.is_published ? 1 : 0);
  json += ",\"viewers\":" + std::to_string(stream.viewers);
  json += ",\"video_codec\":" + text_or_null(media.video_codec);
  json += ",\"audio_codec\":" + text_or_null(media.audio_codec);
  json += ",\"width\":" + number_or_null(media.width);
  json += ",\"height\":" + number_or_null(media.height);
  json += ",\"frame_rate\":" + hertz_or_null(media.millihertz);
  return json += ",\"since\":" + json_text(time_text(stream.since)) + "}";
}

} // namespace

std::optional<std::string> app_of_list(std::string_view path, std::string_view query) {
  if (query.substr(0, query.find_first_of("=&")) != kListWord) return std::nullopt;
  if (path.size() < 3 || path.front() != '/' || path.back() != '/') return std::nullopt;
  protocol::ConnectRequest connect;
  connect.app = path.substr(1, path.size() - 2);
  if (connect.app.find('?') != std::string::npos) return std::nullopt;
  const AskTarget asked = ask_target(connect);
  // Nothing is left out on the way, as the name of an application's usual instance is.
  if (asked.error != AskError::none || asked.path != "/" + escaped_path(connect.app)) return std::nullopt;
  return connect.app;
}

std::string stream_list_json(std::string_view app, const protocol::StreamList& list) {
  std::string json = "{\"app\":" + json_text(app) + ",\"streams\":[";
  for (const protocol::ListedStream& stream : list.streams) {
    if (json.back() == '}') json += ',';
    json += json_of(app, stream);
  }
  return json += "],\"left_out\":" + std::to_string(list.left_out) + "}\n";
}

} // namespace rtmpt_proxy::policy
