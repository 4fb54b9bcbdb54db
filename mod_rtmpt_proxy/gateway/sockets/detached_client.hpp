// SPDX-License-Identifier: Apache-2.0
// A client's connection on its way from one event loop to another.
#pragma once

#include "gateway/tls/tls_server_end.hpp"
#include "local/descriptor.hpp"

#include <memory>
#include <utility>

namespace rtmpt_proxy::gateway {

// On no loop, and nobody waits for it: any thread may destroy it.
struct DetachedClient {
  DetachedClient() = default;
  // A connection whose TLS, if it has any, ends elsewhere.
  explicit DetachedClient(local::Descriptor client) : descriptor(std::move(client)) {}

  local::Descriptor descriptor;
  std::unique_ptr<TlsServerEnd> tls; // null: none here
};

} // namespace rtmpt_proxy::gateway
