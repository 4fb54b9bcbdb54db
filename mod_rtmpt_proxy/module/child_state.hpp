// What one child of httpd keeps: its channels to the gateway and how many of its threads wait for streams.
#pragma once

#include "gateway_client.hpp"
#include "httpd_headers.hpp"
#include "retained_gateways.hpp"

#include <atomic>

namespace rtmpt_proxy::apache {

// Used by every thread of the child.
class ChildState {
 public:
  ChildState(const std::vector<int>& doors, const GatewayBoard* board, std::size_t thread_count)
      : client(doors), threads(thread_count), board_(board) {}

  // Why there is no gateway to speak to, when httpd's parent knows; else empty.
  std::string start_failure() const;

  GatewayClient client;
  const std::size_t threads;           // of this child
  std::atomic<std::size_t> holding{0}; // threads that wait for an answer to a forwarded request

 private:
  const GatewayBoard* board_;
};

void register_child_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
