// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/settings/setting_table.hpp>
#include <rtmpt_proxy/policy/settings/settings.hpp>

namespace rtmpt_proxy::policy {

namespace {

bool turns_streams_off(const Settings& settings) {
  return settings.pass && !leads_somewhere(*settings.pass);
}

} // namespace

Settings merge(const Settings& base, const Settings& override) {
  Settings merged = base;
  if (turns_streams_off(override)) merged.routes.reset();
  const auto take = [&](const auto& row) {
    if (override.*row.written) merged.*row.written = override.*row.written;
  };
  for_each_row(kSimpleSettings, take);
  for_each_row(kOtherSettings, take);
  return merged;
}

EffectiveSettings with_defaults(const Settings& settings) {
  EffectiveSettings effective;
  for_each_row(kSimpleSettings,
               [&](const auto& row) { row.effective(effective) = (settings.*row.written).value_or(row.usual); });
  effective.pass = settings.pass.value_or(Nowhere{});
  effective.routes = settings.routes.value_or(HeaderRoutes{});
  effective.forward_client = settings.forward_client;
  effective.terms.gop_cache_bytes = settings.gop_cache_bytes.value_or(kUsualGopCacheBytes);
  effective.watch = settings.watch.value_or(WatchSetting{});
  effective.allowed_origins = settings.allowed_origins.value_or(AllowedOrigins{});
  const BitRateLimit rate = settings.max_bit_rate.value_or(BitRateLimit{});
  effective.terms.max_bits_per_second = rate.bits_per_second;
  effective.terms.throttles_bit_rate = rate.throttles;
  effective.terminate_tls = settings.terminate_tls.value_or(TlsTermination::httpd);
  return effective;
}

std::vector<std::string_view> settings_of_streams() {
  std::vector<std::string_view> directives;
  for_each_row(kSimpleSettings, [&](const auto& row) { directives.emplace_back(row.directive); });
  for_each_row(kOtherSettings, [&](const auto& row) {
    if (!row.brings_streams) directives.emplace_back(row.directive);
  });
  return directives;
}

} // namespace rtmpt_proxy::policy
