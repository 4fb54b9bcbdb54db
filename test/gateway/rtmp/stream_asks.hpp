// SPDX-License-Identifier: Apache-2.0
// Streams about which httpd is asked.
#pragma once

#include "rtmp_rig.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

// As httpd admits a session where RTMPTAuthorize holds.
protocol::Admission authorized_admission(const RtmpRig& rig);

// As RtmpRig::carry(), with that admission. `tells_end`: as where there is RTMPTDoneCallback.
CarriedStream carry_authorized(RtmpRig& rig, bool over_tls = false, std::string_view app = "live",
                               bool tells_end = false);

// Commands and data as a client sends them, on message stream 1.
std::string command(std::string_view name, double transaction_id);
std::string publish(std::string_view name);
std::string play(std::string_view name);
std::string data(std::string_view name);

} // namespace rtmpt_proxy::test
