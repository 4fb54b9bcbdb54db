// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/version.hpp>

namespace rtmpt_proxy {

std::string_view project_version() {
  return RTMPT_PROJECT_VERSION;
}

std::string_view installed_gateway() {
  return RTMPT_INSTALLED_GATEWAY;
}

} // namespace rtmpt_proxy
