// SPDX-License-Identifier: Apache-2.0
// httpd's private listener, without a name, as httpd's parent makes it.
#pragma once

#include "local/descriptor.hpp"

#include <vector>

namespace rtmpt_proxy::test {

class PrivateListener {
 public:
  PrivateListener();

  // The way to it, opened with O_PATH.
  int way() const { return way_.get(); }

  // The next connection; throws std::runtime_error when none comes within kPatience.
  local::Descriptor accept();
  // Whether one waits.
  bool is_asked() const;

  // Connects as often as the listener's queue has room, as when all of httpd's workers are busy. Each of these
  // connections must be accepted before the next one of the gateway.
  std::vector<local::Descriptor> fill() const;

 private:
  local::Descriptor listener_;
  local::Descriptor way_;
};

} // namespace rtmpt_proxy::test
