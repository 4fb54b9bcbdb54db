// SPDX-License-Identifier: Apache-2.0
// The bans that an administrator has given: one list for all loops. They end with the gateway.
#pragma once

#include "gateway/base/time_point.hpp"

#include <rtmpt_proxy/policy/limits/ban_list.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::gateway {

// Every thread may use it at any time. While there is no ban, a question costs one comparison.
class BanBook {
 public:
  policy::BanList::Added add(policy::BanSubject subject, std::chrono::milliseconds time, TimePoint now);
  // See BanList.
  std::size_t lift(std::uint64_t number, TimePoint now);
  bool refuses_client(std::string_view vhost, std::string_view address, TimePoint now);
  bool refuses_stream(std::string_view vhost, std::string_view stream, TimePoint now);
  // Whether a stream is banned at that virtual host, so that what its clients publish must be read.
  bool has_streams(std::string_view vhost, TimePoint now);

  // A copy of those that hold.
  std::vector<policy::Ban> bans(TimePoint now);

 private:
  std::atomic<bool> has_any_{false}; // perhaps; false: surely none
  std::mutex mutex_;
  policy::BanList list_; // guarded by mutex_
};

} // namespace rtmpt_proxy::gateway
