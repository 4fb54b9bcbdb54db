// SPDX-License-Identifier: Apache-2.0
// The process rtmpt-gateway, which httpd's parent starts and runs.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/keeper/gateway_rights.hpp"
#include "module/link/retained_gateways.hpp"

#include <cstdint>
#include <string>

namespace rtmpt_proxy::apache {

// The program to run and how to run it.
struct GatewayProgram {
  std::string path;
  std::uint32_t threads = 1;
  GatewayUser user;
};

// The program as RTMPTGateway, RTMPTGatewayThreads and RTMPTGatewayUser describe it.
GatewayProgram gateway_program(const server_rec* main_server);

// Starts `program` and waits for a good Hello. Makes a door when `slot` has none yet. Fills `slot` and returns an empty
// text, or returns why the program did not start, with its file name.
std::string bring_up(GatewaySlot& slot, const GatewayProgram& program, server_rec* main_server);

// Sends the gateway its settings as they are now: log level, server name, backends, error log, session logs and control
// socket. Says it in the log when the gateway does not take them. Sends nothing by a lifeline that is garbled.
void give_settings(GatewaySlot& slot, server_rec* main_server);

// For the gateway for new sessions: before its settings, the virtual hosts whose TLS it makes. One that finishes its
// sessions gets none any more, and keeps those it has. False when its lifeline is garbled: it can be told nothing more.
bool give_everything(GatewaySlot& slot, server_rec* main_server);

// The same for one that has just been brought up. Returns an empty text, or ends it and returns why it cannot be used.
std::string give_everything_or_end(GatewaySlot& slot, server_rec* main_server);

// For a gateway in the current slot that has just started and got everything: watches it and tells the children.
void take_into_service(RetainedGateways& retained, server_rec* main_server);

// Starts the current gateway with its present door; its slot says whether it runs. A failure is logged once for each
// reason, and the children are told.
void start_current_gateway(RetainedGateways& retained, server_rec* main_server);

// The same, unless it was started too often recently: then the monitor hook tries again later.
void restart_current_gateway(RetainedGateways& retained, server_rec* main_server);

} // namespace rtmpt_proxy::apache
