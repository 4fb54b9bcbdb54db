// SPDX-License-Identifier: Apache-2.0
// Who publishes a stream of a hub.
#pragma once

namespace rtmpt_proxy::gateway {

class Publisher {
 public:
  // Another client has taken over what it publishes. Called in its loop's thread, from no call of its own.
  virtual void replaced() = 0;

 protected:
  ~Publisher() = default;
};

} // namespace rtmpt_proxy::gateway
