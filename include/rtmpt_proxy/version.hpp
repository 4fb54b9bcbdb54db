// Which release this is. Module and gateway of different releases do not work together.
#pragma once

#include <string_view>

namespace rtmpt_proxy {

// The project's version, "0.1.0", as CMakeLists.txt names it.
std::string_view project_version();

} // namespace rtmpt_proxy
