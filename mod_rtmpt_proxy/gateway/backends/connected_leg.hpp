// SPDX-License-Identifier: Apache-2.0
// The leg on a connection that a connector has made.
#pragma once

#include "gateway/backends/backend_connector.hpp"
#include "gateway/backends/backend_leg.hpp"

#include <memory>

namespace rtmpt_proxy::gateway {

// Takes the connection out of `connector`, whose connect() has succeeded for `admission`. `owner` outlives the leg.
// Called in the loop's thread. Throws boost::system::system_error.
std::unique_ptr<BackendLeg> leg_on(LoopServices& loop, BackendConnector& connector,
                                   const protocol::Admission& admission, BackendOwner& owner);

} // namespace rtmpt_proxy::gateway
