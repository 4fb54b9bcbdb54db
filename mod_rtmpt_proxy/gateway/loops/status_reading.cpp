// SPDX-License-Identifier: Apache-2.0
#include "gateway/loops/status_reading.hpp"

#include "gateway/loops/loop.hpp"
#include "gateway/loops/status_office.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace rtmpt_proxy::gateway {

StatusReading::StatusReading(StatusOffice& office, Loop& home, protocol::AskStatus question, Take take)
    : office_(office),
      home_(home),
      question_(std::move(question)),
      take_(std::make_shared<const Take>(std::move(take))) {}

void StatusReading::next() {
  office_.go_on(weak_from_this());
}

void StatusReading::answer(std::optional<protocol::StatusPiece> piece) {
  boost::asio::post(home_.io(), [take = take_, piece = std::move(piece)] { (*take)(piece ? &*piece : nullptr); });
}

} // namespace rtmpt_proxy::gateway
