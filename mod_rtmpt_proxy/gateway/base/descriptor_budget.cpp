// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/descriptor_budget.hpp"

#include <sys/resource.h>

namespace rtmpt_proxy::gateway {

DescriptorBudget::DescriptorBudget() : limit_(1024) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) limit_ = limit.rlim_cur;
}

} // namespace rtmpt_proxy::gateway
