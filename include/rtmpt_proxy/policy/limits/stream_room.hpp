// How many streams may keep a connection of httpd, so that connections for the site's pages stay free.
#pragma once

#include <cstddef>

namespace rtmpt_proxy::policy {

struct StreamRoom {
  std::size_t children = 0;              // live children that httpd may have at a time
  std::size_t connections_per_child = 0; // that one of them has before it takes no more
  std::size_t threads_per_child = 0;
  bool each_keeps_thread = false; // a stream's connection keeps a thread for itself (MPM worker, prefork)
};

// The connections that streams may have in all live children together. What stays for pages is one child's worth, of a
// single child half; where each stream keeps a thread it is at least a quarter of all.
std::size_t most_streams(const StreamRoom& room);

} // namespace rtmpt_proxy::policy
