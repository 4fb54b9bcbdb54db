#include <rtmpt_proxy/policy/settings/settings.hpp>

namespace rtmpt_proxy::policy {

namespace {

template <class T>
std::optional<T> inherited(const std::optional<T>& base, const std::optional<T>& override) {
  return override ? override : base;
}

std::optional<HeaderRoutes> inherited_routes(const Settings& base, const Settings& override) {
  const bool turned_off = override.pass && !leads_somewhere(*override.pass);
  return inherited(turned_off ? std::nullopt : base.routes, override.routes);
}

} // namespace

Settings merge(const Settings& base, const Settings& override) {
  Settings merged;
  merged.pass = inherited(base.pass, override.pass);
  merged.routes = inherited_routes(base, override);
  merged.hand_over = inherited(base.hand_over, override.hand_over);
  merged.idle_hold = inherited(base.idle_hold, override.idle_hold);
  merged.gather = inherited(base.gather, override.gather);
  merged.session_timeout = inherited(base.session_timeout, override.session_timeout);
  merged.buffer_bytes = inherited(base.buffer_bytes, override.buffer_bytes);
  merged.body_limit_bytes = inherited(base.body_limit_bytes, override.body_limit_bytes);
  merged.max_sessions = inherited(base.max_sessions, override.max_sessions);
  merged.max_sessions_per_client = inherited(base.max_sessions_per_client, override.max_sessions_per_client);
  merged.forward_client = inherited(base.forward_client, override.forward_client);
  merged.session_log = inherited(base.session_log, override.session_log);
  return merged;
}

} // namespace rtmpt_proxy::policy
