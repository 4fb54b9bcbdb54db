// Way A: the gateway gets the client's connection itself, with one request read from it and waiting for its answer.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/ways/request_claim.hpp"

#include <optional>

namespace rtmpt_proxy::apache {

enum class HandOverResult {
  done,     // the connection is the gateway's (or lost on the way): httpd must not touch it any more
  answered, // the gateway does not take it; `reply` is the answer to the request
  declined, // it has no room for the connection: the request can still be forwarded
  failed,   // the gateway was not there; the connection is as it was
};

struct HandOverOutcome {
  HandOverResult result = HandOverResult::failed;
  ChannelStatus status = ChannelStatus::ok; // why it failed
  protocol::Reply reply;                    // for `answered`
};

// Under which terms the connection of `r` becomes the gateway's; for a connection without a request that waits.
protocol::HandOver hand_over_terms(request_rec* r, std::string_view session_id);

// Offers the connection of `r` to the gateway behind `door`. Of a send nothing has been read but the head: the gateway
// reads its body, and tells the client 100 Continue where that is expected. The body of any other request has been read
// whole. `first` is the channel to use, if the caller has one.
HandOverOutcome hand_over(request_rec* r, std::size_t door, const protocol::TunnelRequest& request,
                          ChannelLease first = nullptr);

} // namespace rtmpt_proxy::apache
