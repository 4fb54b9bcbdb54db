// SPDX-License-Identifier: Apache-2.0
// httpd's parent checks once a second for dead child processes and sleeps in between. A crashed gateway must be
// restarted sooner, so a handler for SIGCHLD, which does nothing, ends the sleep.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// In the parent: installs the handler unless another one is installed. It is removed when `configuration_pool` is
// cleared, because the module is unloaded then. False, with errno set, when the system refuses.
bool notice_dead_children_at_once(apr_pool_t* configuration_pool);

// In a child: restores the default, which programs started by the child expect.
void restore_child_signal();

} // namespace rtmpt_proxy::apache
