// SPDX-License-Identifier: Apache-2.0
#include "policy/routing/ask_text.hpp"

#include <rtmpt_proxy/policy/routing/stream_target.hpp>
#include <rtmpt_proxy/policy/watch/watch_target.hpp>

namespace rtmpt_proxy::policy {

namespace {
constexpr std::string_view kEnding = ".flv";
} // namespace

// Asked by the same functions as a client of RTMP, so that a rule holds for both.
std::optional<WatchTarget> watch_target(std::string_view path) {
  if (!path.starts_with('/') || !path.ends_with(kEnding)) return std::nullopt;
  path.remove_prefix(1);
  path.remove_suffix(kEnding.size());
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || path.find('?') != std::string_view::npos) return std::nullopt;
  WatchTarget target{std::string(path.substr(0, slash)), std::string(path.substr(slash + 1)), {}};
  protocol::ConnectRequest connect;
  connect.app = target.app;
  const AskTarget app = ask_target(connect);
  StreamTarget stream = stream_target(app, target.stream_name);
  if (app.error != AskError::none || stream.error != StreamTargetError::none || target.stream_name.empty())
    return std::nullopt;
  // What is asked is what is played: nothing is left out on the way, as prefixes of names are.
  if (stream.path != "/" + escaped_path(target.path())) return std::nullopt;
  target.play_path = std::move(stream.path);
  return target;
}

} // namespace rtmpt_proxy::policy
