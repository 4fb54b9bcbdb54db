// SPDX-License-Identifier: Apache-2.0
#include "gateway/status/status_pieces.hpp"

#include <utility>

namespace rtmpt_proxy::gateway {

namespace {
// The last step may go beyond it: a session with the longest names, all of them escaped, has 6 KiB, and a media server
// 20 KiB.
constexpr std::size_t kEnoughBytes = 96u << 10;
} // namespace

StatusPieces::StatusPieces(const StatusReport& report, StatusView view) {
  switch (view.form) {
  case protocol::StatusForm::json: json_.emplace(std::move(view)); return;
  case protocol::StatusForm::metrics: text_ = status_metrics(report, view.members); return;
  case protocol::StatusForm::summary: text_ = status_summary(report, view.members); return;
  }
}

protocol::StatusPiece StatusPieces::next(const StatusReport& report) {
  protocol::StatusPiece piece;
  if (json_) {
    piece.last = !json_->append_some(piece.bytes, report, kEnoughBytes);
  } else {
    piece.bytes = text_.substr(taken_bytes_, kEnoughBytes);
    taken_bytes_ += piece.bytes.size();
    piece.last = taken_bytes_ == text_.size();
  }
  return piece;
}

} // namespace rtmpt_proxy::gateway
