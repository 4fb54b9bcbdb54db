// One answer to a question about the gateway's state, on its way.
#pragma once

#include "gateway/status/status_pieces.hpp"

#include <rtmpt_proxy/protocol/messages/status_messages.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace rtmpt_proxy::gateway {

class Loop;
class StatusOffice;

// Held by who asked, on the loop `home`. Everything in it but next() and the answer is the office's, on its own thread.
// Let go of, it is forgotten: nothing more comes.
class StatusReading : public std::enable_shared_from_this<StatusReading> {
 public:
  // Takes a piece, or null when the state cannot be told to its end. Called on `home`; may be let go of anywhere.
  using Take = std::function<void(const protocol::StatusPiece* piece)>;

  // Both must outlive it.
  StatusReading(StatusOffice& office, Loop& home, protocol::AskStatus question, Take take);
  StatusReading(const StatusReading&) = delete;
  StatusReading& operator=(const StatusReading&) = delete;

  // The piece before has been taken: the next one, please.
  void next();

 private:
  friend class StatusOffice;

  void answer(std::optional<protocol::StatusPiece> piece);

  StatusOffice& office_;
  Loop& home_;
  protocol::AskStatus question_;
  const std::shared_ptr<const Take> take_;
  std::weak_ptr<const StatusReport> report_; // the office may let go of it before it is read to its end
  std::optional<StatusPieces> pieces_;
};

} // namespace rtmpt_proxy::gateway
