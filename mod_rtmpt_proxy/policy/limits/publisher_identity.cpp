// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/publisher_identity.hpp>

namespace rtmpt_proxy::policy {

// A stream that an authenticated user publishes is nobody's who is not.
bool may_take_over(const PublisherIdentity& holder, const PublisherIdentity& newcomer) {
  if (!holder.user.empty()) return newcomer.user == holder.user;
  return !holder.address.empty() && newcomer.address == holder.address;
}

} // namespace rtmpt_proxy::policy
