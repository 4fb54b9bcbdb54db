// %{session}^RT, %{backend}^RT, %{app}^RT, %{stream}^RT, %{kind}^RT and %{way}^RT in formats of mod_log_config.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Without mod_log_config nothing happens. A word that there is not stops httpd from starting.
void register_access_log_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
