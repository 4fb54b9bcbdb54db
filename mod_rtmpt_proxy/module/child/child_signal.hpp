// httpd's parent looks for dead children once a second and sleeps in between. A gateway that crashed must be back
// sooner: a handler for SIGCHLD that does nothing ends the sleep.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// In the parent: installs the handler unless somebody else has one. Taken back when `configuration_pool` is cleared,
// for its code goes away then. False when the system refuses, with errno set.
bool notice_dead_children_at_once(apr_pool_t* configuration_pool);

// In a child: back to the default that its programs expect.
void restore_child_signal();

} // namespace rtmpt_proxy::apache
