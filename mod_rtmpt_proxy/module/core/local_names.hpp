// SPDX-License-Identifier: Apache-2.0
// Names of local/ that the whole module speaks of.
#pragma once

#include "local/gateway_channel.hpp"

namespace rtmpt_proxy::apache {

using local::ChannelStatus;
using local::Clock;
using local::Deadline;
using local::GatewayChannel;
using local::Patience;

} // namespace rtmpt_proxy::apache
