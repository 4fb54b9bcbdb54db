// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/pull_target.hpp"

#include <algorithm>

namespace rtmpt_proxy::gateway {

namespace {

// The virtual host's name without a port, which it may have in the configuration.
std::string site_of(const protocol::Admission& admission) {
  std::string name = admission.server_name;
  const std::size_t colon = name.rfind(':');
  const bool is_port = colon != std::string::npos && name.find(':') == colon;
  if (is_port) name.resize(colon);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name;
}

} // namespace

std::string pulled_hub(const protocol::Admission& admission) {
  return admission.backend_name + " " + site_of(admission);
}

PullTarget pull_target(const protocol::Admission& admission, const std::string& path, std::size_t app_bytes,
                       std::string shown_path) {
  PullTarget target;
  target.key = {pulled_hub(admission), path};
  target.app = path.substr(0, app_bytes);
  target.stream_name = path.substr(app_bytes == 0 ? 0 : app_bytes + 1);
  target.shown_path = std::move(shown_path);
  target.admission = admission;
  target.admission.client_address.clear();
  target.admission.user.clear();
  target.admission.hops.clear();
  target.admission.ticket = 0;
  return target;
}

std::string tc_url_of(const PullTarget& target) {
  const std::string site = site_of(target.admission);
  return "rtmp://" + (site.empty() ? target.admission.backend.host : site) + "/" + target.app;
}

} // namespace rtmpt_proxy::gateway
