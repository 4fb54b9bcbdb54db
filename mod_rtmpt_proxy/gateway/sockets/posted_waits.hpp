// SPDX-License-Identifier: Apache-2.0
// Waits that are over at once, and can be cancelled nevertheless.
#pragma once

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace rtmpt_proxy::gateway {

// Used by one thread. What is destroyed cancels its waits, as a socket does.
class PostedWaits {
 public:
  PostedWaits() = default;
  ~PostedWaits() { cancel(); }
  PostedWaits(const PostedWaits&) = delete;
  PostedWaits& operator=(const PostedWaits&) = delete;

  // `handler` gets no error, or operation_aborted when cancel() comes first.
  template <class Executor, class Handler>
  void post(const Executor& executor, Handler&& handler) {
    boost::asio::post(executor,
                      [cancels = cancels_, before = *cancels_, handler = std::forward<Handler>(handler)]() mutable {
                        boost::system::error_code error;
                        if (*cancels != before) error = boost::asio::error::operation_aborted;
                        handler(error);
                      });
  }

  void cancel() { ++*cancels_; }

 private:
  std::shared_ptr<std::uint64_t> cancels_ = std::make_shared<std::uint64_t>(0);
};

} // namespace rtmpt_proxy::gateway
