// SPDX-License-Identifier: Apache-2.0
#include "module/ways/body_flow.hpp"

#include "module/core/connection_notes.hpp"

#include <algorithm>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::size_t kPieceBytes = protocol::kMaxBodyPieceBytes;
// So long client and gateway are waited for together, before each read in which httpd waits for the client alone
// (Timeout, mod_reqtimeout). An answer that the gateway gives during such a read is seen when the read ends.
constexpr std::chrono::milliseconds kLook{1000};

// The status that the client gets for such a body; 0 when the client is gone.
std::uint16_t refusal_for(BodyEnd end) {
  if (end == BodyEnd::cut) return 0;
  const int status = policy::status_of(end);
  return static_cast<std::uint16_t>(status >= HTTP_BAD_REQUEST ? status : HTTP_BAD_REQUEST);
}

} // namespace

BodyFlow::BodyFlow(request_rec* r, RequestBody& body, std::size_t most_kept_bytes)
    : r_(r), body_(body), most_kept_bytes_(most_kept_bytes) {
  // The first read sends 100 Continue to a client that waits for it. So nothing is read here for such a client: the
  // gateway must know of the request first.
  if (!r->expecting_100) body_.read(bytes_, kPieceBytes, APR_NONBLOCK_READ);
}

ChannelStatus BodyFlow::send(GatewayChannel& channel, std::chrono::milliseconds within,
                             std::chrono::milliseconds patience) {
  if (has_forgotten_) return ChannelStatus::lost;
  given_bytes_ = 0;
  for (bool is_last = false; !is_last;) {
    if (is_all_given() && body_.end() == BodyEnd::not_yet) await_client(channel);
    protocol::BodyPiece piece;
    if (channel.is_quiet())
      piece = next_piece();
    else
      piece.last = piece.cut = true; // the gateway has answered before the end of the body
    is_last = piece.last;
    channel.go_on_until(Clock::now() + patience);
    const ChannelStatus status = channel.send(piece, Clock::now() + within);
    if (status != ChannelStatus::ok) return status;
    channel.go_on_until(Clock::now() + patience); // the patience for the next piece, or for the answer
  }
  return ChannelStatus::ok;
}

// Waits until there is something to send, or until the gateway has answered.
void BodyFlow::await_client(const GatewayChannel& channel) {
  forget_given();
  if (!r_->expecting_100) body_.read(bytes_, bytes_.size() + kPieceBytes, APR_NONBLOCK_READ);
  if (!is_all_given() || body_.end() != BodyEnd::not_yet) return;
  if (!r_->expecting_100 && channel.await_either(descriptor_of(r_->connection), Clock::now() + kLook)) return;
  body_.read(bytes_, bytes_.size() + kPieceBytes, APR_BLOCK_READ);
}

void BodyFlow::forget_given() {
  if (!has_forgotten_ && bytes_.size() <= most_kept_bytes_) return;
  has_forgotten_ = true;
  bytes_.clear();
  given_bytes_ = 0;
}

protocol::BodyPiece BodyFlow::next_piece() {
  protocol::BodyPiece piece;
  piece.bytes = bytes_.substr(given_bytes_, kPieceBytes);
  given_bytes_ += piece.bytes.size();
  piece.last = is_all_given() && body_.end() != BodyEnd::not_yet;
  piece.cut = piece.last && body_.end() != BodyEnd::whole;
  if (piece.cut) piece.refused = refusal_for(body_.end());
  return piece;
}

} // namespace rtmpt_proxy::apache
