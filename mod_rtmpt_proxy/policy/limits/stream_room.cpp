// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/stream_room.hpp>

#include <algorithm>

namespace rtmpt_proxy::policy {

std::size_t most_streams(const StreamRoom& room) {
  const std::size_t of_child = room.each_keeps_thread ? room.threads_per_child : room.connections_per_child;
  const std::size_t all = room.children * of_child;
  std::size_t for_pages = room.children > 1 ? of_child : (of_child + 1) / 2;
  if (room.each_keeps_thread) for_pages = std::max(for_pages, (all + 3) / 4);
  return all - std::min(all, for_pages);
}

} // namespace rtmpt_proxy::policy
