// SPDX-License-Identifier: Apache-2.0
// The way "handed over": the gateway gets the client's connection itself, and one request that was read from it and
// waits for its answer.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/ways/request_claim.hpp"

#include <optional>

namespace rtmpt_proxy::apache {

enum class HandOverResult {
  done,     // the connection is the gateway's (or lost on the way): httpd must not touch it any more
  answered, // the gateway does not take it; `reply` is the answer to the request
  declined, // the gateway has no room for the connection; the request can still be forwarded
  failed,   // the gateway did not answer; the connection is unchanged
};

struct HandOverOutcome {
  HandOverResult result = HandOverResult::failed;
  ChannelStatus status = ChannelStatus::ok; // why it failed
  protocol::Reply reply;                    // for `answered`
};

// Writes what waits in httpd for the client: answers to earlier requests on the connection, before the gateway writes.
// False when the client is gone.
bool flush_pending_output(conn_rec* c);

// Whether the gateway behind the door is the one that has the client, if the connection is relayed. Which process it
// is, any channel has told; `has_channel`: the caller has one.
bool has_client(conn_rec* c, GatewayClient& client, std::size_t door, Deadline patient_until, bool has_channel);

// The terms for the gateway to take the connection of `r`, without a request that waits for its answer.
protocol::HandOver hand_over_terms(request_rec* r, const protocol::SessionId& session_id);

// Offers the connection of `r` to the gateway behind `door`. Only the head of a send may have been read: the gateway
// reads its body, and sends 100 Continue if the client waits for it. The whole body of any other request must have been
// read. The thread waits for the gateway without a waiting place for as long as `patience`; what it waits for the
// client does not count. `first` is the channel to use, if the caller has one. A relayed connection is declined unless
// that gateway relays it: then it has the client already, and gets no descriptor.
HandOverOutcome hand_over(request_rec* r, std::size_t door, const protocol::TunnelRequest& request,
                          std::chrono::milliseconds patience, ChannelLease first = nullptr);

} // namespace rtmpt_proxy::apache
