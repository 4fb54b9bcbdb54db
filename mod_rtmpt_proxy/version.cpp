#include <rtmpt_proxy/version.hpp>

namespace rtmpt_proxy {

std::string_view project_version() {
  return RTMPT_PROJECT_VERSION;
}

} // namespace rtmpt_proxy
