// rtmpt-gateway as one process beside httpd, run by httpd's parent.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/keeper/gateway_rights.hpp"
#include "module/link/retained_gateways.hpp"

#include <cstdint>
#include <string>

namespace rtmpt_proxy::apache {

// What is to run.
struct GatewayProgram {
  std::string path;
  std::uint32_t threads = 1;
  GatewayUser user;
};

// As configured.
GatewayProgram gateway_program(const server_rec* main_server);

// Runs `program` until it has said a good Hello, with a door of its own when `slot` has none yet.
// Returns why it did not come up, naming the file; else fills `slot` and returns nothing.
std::string bring_up(GatewaySlot& slot, const GatewayProgram& program, server_rec* main_server);

// Log level, server name, media servers, error log and control socket, as they are now.
void give_settings(GatewaySlot& slot, server_rec* main_server);

// For a gateway that has just come up in the current slot: watched, given its settings, announced to the children.
void take_into_service(RetainedGateways& retained, server_rec* main_server);

// Starts the current gateway behind its present door; its slot tells whether it runs. A failure is logged once for each
// reason and told to the children.
void start_current_gateway(RetainedGateways& retained, server_rec* main_server);

// The same, unless it was started too often lately: then the monitor hook tries later.
void restart_current_gateway(RetainedGateways& retained, server_rec* main_server);

} // namespace rtmpt_proxy::apache
