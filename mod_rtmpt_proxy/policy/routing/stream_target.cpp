// SPDX-License-Identifier: Apache-2.0
#include "policy/routing/ask_text.hpp"

#include <rtmpt_proxy/policy/routing/stream_target.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace rtmpt_proxy::policy {

namespace {

StreamTarget bad_stream(StreamTargetError error) {
  StreamTarget target;
  target.error = error;
  return target;
}

// How long a format's prefix at the front is; 0: there is none.
std::size_t prefix_bytes(std::string_view name) {
  constexpr std::array<std::string_view, 3> kPrefixes{"mp4:", "flv:", "mp3:"};
  const auto is_alike = [](char one, char other) {
    return (one >= 'A' && one <= 'Z' ? one - 'A' + 'a' : one) == other;
  };
  const auto found = std::find_if(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view prefix) {
    const std::string_view front = name.substr(0, prefix.size());
    return std::equal(front.begin(), front.end(), prefix.begin(), prefix.end(), is_alike);
  });
  return found == kPrefixes.end() ? 0 : found->size();
}

// Whether nothing but these fields stands in the query, once each at the most.
bool has_known_fields_alone(std::string_view query) {
  constexpr std::array<std::string_view, 4> kKnown{"user=", "pass=", "token=", "expires="};
  std::array<bool, kKnown.size()> seen{};
  while (!query.empty()) {
    const std::string_view field = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), field.size() + 1));
    const auto known =
        std::find_if(kKnown.begin(), kKnown.end(), [field](auto name) { return field.starts_with(name); });
    if (known == kKnown.end() || std::exchange(seen[static_cast<std::size_t>(known - kKnown.begin())], true))
      return false;
  }
  return true;
}

StreamTargetError fault_of_path(std::string_view path) {
  if (has_control(path)) return StreamTargetError::control_in_name;
  if (path.find(':') != std::string_view::npos) return StreamTargetError::odd_prefix;
  if (has_odd_segment(path)) return StreamTargetError::odd_path;
  if (path.find('%') != std::string_view::npos) return StreamTargetError::percent_in_name;
  return is_plain_path(path) ? StreamTargetError::none : StreamTargetError::odd_name;
}

StreamTargetError fault_of_queries(const AskTarget& app, std::string_view path, std::string_view query) {
  if (!is_plain_query(query) || !is_plain_query(app.query)) return StreamTargetError::odd_query;
  if (app.query.empty()) return StreamTargetError::none;
  const bool is_simple = has_known_fields_alone(app.query) && path.find('/') == std::string_view::npos;
  return is_simple ? StreamTargetError::none : StreamTargetError::query_of_app;
}

} // namespace

std::string_view to_string(StreamTargetError error) {
  switch (error) {
  case StreamTargetError::none: return "no error";
  case StreamTargetError::no_name: return "the stream has no name";
  case StreamTargetError::odd_path: return "the stream's name has an empty segment, \".\" or \"..\"";
  case StreamTargetError::odd_prefix: return "the stream's name has another ':' than one behind mp4, flv or mp3";
  case StreamTargetError::odd_name:
    return "the stream's name has a character or word that media servers read differently, such as '#' or a space";
  case StreamTargetError::odd_query: return "a query has '/', '#', \"vhost\" or \"domain\"";
  case StreamTargetError::query_of_app:
    return "the application's query has more than user, pass, token and expires, or the stream's name has a '/' as "
           "well";
  case StreamTargetError::control_in_name: return "the stream's name has a control character";
  case StreamTargetError::percent_in_name:
    return "the stream's name has a percent sign, which media servers read differently";
  case StreamTargetError::name_too_long: return "the stream's name is too long";
  case StreamTargetError::bad_app: return "the application cannot be asked about";
  }
  return "unknown";
}

StreamTarget stream_target(const AskTarget& app, std::string_view name) {
  if (app.error != AskError::none) return bad_stream(StreamTargetError::bad_app);
  const std::size_t question = std::min(name.find('?'), name.size());
  std::string_view path = name.substr(0, question);
  const std::string_view query = name.substr(std::min(question + 1, name.size()));
  if (name.size() > kMaxAskNameBytes || path.size() > kMaxAskNamePathBytes)
    return bad_stream(StreamTargetError::name_too_long);
  const std::size_t prefix = prefix_bytes(path);
  path.remove_prefix(prefix);
  if (path.empty() && (prefix > 0 || app.path == "/")) return bad_stream(StreamTargetError::no_name);
  if (const StreamTargetError fault = fault_of_path(path); fault != StreamTargetError::none) return bad_stream(fault);
  if (const StreamTargetError fault = fault_of_queries(app, path, query); fault != StreamTargetError::none)
    return bad_stream(fault);
  std::string credentials = credentials_in_query(query);
  if (credentials.empty()) credentials = app.credentials;
  const std::string_view folder = app.path == "/" ? std::string_view() : std::string_view(app.path);
  std::string asked(folder);
  if (!path.empty()) asked += "/" + escaped_path(path);
  return {StreamTargetError::none, std::move(asked), std::string(query), std::move(credentials)};
}

std::string_view bare_stream_name(std::string_view name) {
  name = name.substr(0, name.find('?'));
  return name.substr(prefix_bytes(name));
}

std::string stream_path(std::string_view app, std::string_view name) {
  protocol::ConnectRequest connect;
  connect.app = app;
  return stream_target(ask_target(connect), name).path;
}

} // namespace rtmpt_proxy::policy
