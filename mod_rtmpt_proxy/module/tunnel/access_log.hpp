// SPDX-License-Identifier: Apache-2.0
// %{session}^RT, %{backend}^RT, %{app}^RT, %{stream}^RT, %{kind}^RT and %{way}^RT in formats of mod_log_config.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Does nothing without mod_log_config. An unknown %{word}^RT is a configuration error.
void register_access_log_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
