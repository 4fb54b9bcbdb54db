// rtmpt-gateway as a process beside httpd: started, watched, replaced and ended by httpd's parent.
#pragma once

#include "httpd_headers.hpp"
#include "retained_gateways.hpp"

namespace rtmpt_proxy::apache {

// Starts the current gateway through its present door and gives it its settings; its slot tells whether it runs.
// Failure is logged once for each reason and told to the children.
void start_current_gateway(RetainedGateways& retained, server_rec* main_server);

// The same, unless it was started too often lately: then the monitor hook tries later.
void restart_current_gateway(RetainedGateways& retained, server_rec* main_server);

void register_gateway_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
