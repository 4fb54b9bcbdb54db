// SPDX-License-Identifier: Apache-2.0
// A forwarded send's body on its way from the client to a gateway, piece by piece.
#pragma once

#include "module/core/local_names.hpp"
#include "module/ways/request_body.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace rtmpt_proxy::apache {

// Used by one thread. `body` and the request must outlive it.
class BodyFlow {
 public:
  // Takes the bytes of the body that have already come. The first `most_kept_bytes` of the body are kept, so that they
  // can be sent again over another channel.
  BodyFlow(request_rec* r, RequestBody& body, std::size_t most_kept_bytes);
  BodyFlow(const BodyFlow&) = delete;
  BodyFlow& operator=(const BodyFlow&) = delete;

  // Sends the body from its first byte to its end, or until the gateway answers or closes the channel. The last piece
  // says whether the body is whole. Waits for the client as RequestBody does, and for the gateway at most `within` for
  // each piece, with a new `patience` for each. Returns `lost`, with nothing sent, when the first bytes are not kept
  // any more.
  ChannelStatus send(GatewayChannel& channel, std::chrono::milliseconds within, std::chrono::milliseconds patience);

 private:
  bool is_all_given() const { return given_bytes_ == bytes_.size(); }
  void await_client(const GatewayChannel& channel);
  void forget_given();
  protocol::BodyPiece next_piece();

  request_rec* r_;
  RequestBody& body_;
  const std::size_t most_kept_bytes_;
  std::string bytes_;           // bytes that were read, and are kept or not sent yet
  std::size_t given_bytes_ = 0; // of bytes_
  bool has_forgotten_ = false;  // the first bytes of the body
};

} // namespace rtmpt_proxy::apache
