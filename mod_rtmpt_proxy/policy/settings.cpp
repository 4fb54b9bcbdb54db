#include <rtmpt_proxy/policy/settings.hpp>

namespace rtmpt_proxy::policy {

namespace {

template <class T>
std::optional<T> inherited(const std::optional<T>& base, const std::optional<T>& override) {
  return override ? override : base;
}

} // namespace

Settings merge(const Settings& base, const Settings& override) {
  Settings merged;
  merged.pass = inherited(base.pass, override.pass);
  merged.hand_over = inherited(base.hand_over, override.hand_over);
  merged.idle_hold = inherited(base.idle_hold, override.idle_hold);
  merged.gather = inherited(base.gather, override.gather);
  merged.session_timeout = inherited(base.session_timeout, override.session_timeout);
  merged.buffer_bytes = inherited(base.buffer_bytes, override.buffer_bytes);
  merged.body_limit_bytes = inherited(base.body_limit_bytes, override.body_limit_bytes);
  return merged;
}

} // namespace rtmpt_proxy::policy
