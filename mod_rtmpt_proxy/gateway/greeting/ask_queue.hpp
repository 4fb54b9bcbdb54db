// SPDX-License-Identifier: Apache-2.0
// A loop's questions to httpd: a few at a time, so that asks do not take all threads of httpd from the site, and in
// turn by the clients' addresses, so that one address does not make the others wait.
#pragma once

#include "gateway/base/turns_by_address.hpp"
#include "gateway/greeting/ask.hpp"
#include "gateway/greeting/ask_places.hpp"
#include "local/descriptor.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace rtmpt_proxy::gateway {

// Used by one loop, in its thread, and outlives the loop's asks.
class AskQueue {
 public:
  // All loops share `places`, which must outlive the queue.
  AskQueue(boost::asio::io_context& loop, AskPlaces& places) : loop_(loop), places_(places) {}
  AskQueue(const AskQueue&) = delete;
  AskQueue& operator=(const AskQueue&) = delete;

  // From now on httpd is asked there; null: it cannot be asked. `door` is httpd's private listener, opened with O_PATH.
  void use(std::shared_ptr<const local::Descriptor> door);

  bool has_door() const { return door_ != nullptr; }
  // Null when httpd cannot be asked.
  const std::shared_ptr<const local::Descriptor>& door() const { return door_; }

  // Asks, now or when it is its turn. When the answer is not wanted then, httpd is not asked, and `done` not called.
  void ask(const std::string& address, std::string text, Ask::IsWanted is_wanted, Ask::Done done);

 private:
  void start_next();
  void give_place_back();
  void finish_one();

  boost::asio::io_context& loop_;
  AskPlaces& places_;
  std::shared_ptr<const local::Descriptor> door_;
  std::size_t under_way_ = 0;
  TurnsByAddress<std::shared_ptr<Ask>> waiting_;
};

} // namespace rtmpt_proxy::gateway
