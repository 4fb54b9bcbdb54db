// SPDX-License-Identifier: Apache-2.0
// One answer to a question about the gateway's state, while it is being read.
#pragma once

#include "gateway/status/status_pieces.hpp"

#include <rtmpt_proxy/protocol/messages/status_messages.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace rtmpt_proxy::gateway {

class Loop;
class StatusOffice;

// The asker owns it, on the loop `home`, and calls next() there. Everything else in it belongs to the office and its
// thread. When the asker destroys it, no more pieces come.
class StatusReading : public std::enable_shared_from_this<StatusReading> {
 public:
  // Takes a piece, or null when the rest of the state cannot be given. Called on `home`. May be destroyed in any
  // thread.
  using Take = std::function<void(const protocol::StatusPiece* piece)>;

  // Both must outlive it.
  StatusReading(StatusOffice& office, Loop& home, protocol::AskStatus question, Take take);
  StatusReading(const StatusReading&) = delete;
  StatusReading& operator=(const StatusReading&) = delete;

  // Asks for the next piece, when the asker has taken the one before.
  void next();

 private:
  friend class StatusOffice;

  void answer(std::optional<protocol::StatusPiece> piece);

  StatusOffice& office_;
  Loop& home_;
  protocol::AskStatus question_;
  const std::shared_ptr<const Take> take_;
  std::weak_ptr<const StatusReport> report_; // the office may drop it before it is read to its end
  std::optional<StatusPieces> pieces_;
};

} // namespace rtmpt_proxy::gateway
