// SPDX-License-Identifier: Apache-2.0
// The hub of streams that are fetched from a media server, for a session or viewer of it.
#pragma once

#include "gateway/hub/hub_terms.hpp"
#include "gateway/hub/pull_target.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <cstddef>
#include <string>

namespace rtmpt_proxy::gateway {

class Loop;

// What the gateway keeps of a session's streams, so that a viewer's play begins the pull. `loop` outlives the terms.
HubTerms cached_terms(Loop& loop, const protocol::Admission& admission);

// The stream with this application and name, which stand in `path`, see pull_target().
PullTarget cached_stream(const Loop& loop, const protocol::Admission& admission, const std::string& path,
                         std::size_t app_bytes);
PullTarget stream_of(const Loop& loop, const protocol::HandOverViewer& viewer);

} // namespace rtmpt_proxy::gateway
