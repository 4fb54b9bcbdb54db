// SPDX-License-Identifier: Apache-2.0
// A host that does not answer: a connection to it is neither made nor refused.
#pragma once

#include "local/descriptor.hpp"
#include "support/peers/scripted_backend.hpp"

#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// A listener that never accepts, its queue filled.
class DeafBackend {
 public:
  // Throws std::runtime_error when the queue does not fill.
  DeafBackend();

  std::string url() const { return backend_.url(); }
  std::uint16_t port() const { return backend_.port(); }

 private:
  ScriptedBackend backend_;
  std::vector<local::Descriptor> waiting_;
};

} // namespace rtmpt_proxy::test
