// SPDX-License-Identifier: Apache-2.0
// Limits how many streams may keep a connection of httpd, so that connections stay free for the site's pages.
#pragma once

#include <cstddef>

namespace rtmpt_proxy::policy {

struct StreamRoom {
  std::size_t children = 0;              // live children that httpd may have at a time
  std::size_t connections_per_child = 0; // connections of one child before it accepts no more
  std::size_t threads_per_child = 0;
  bool each_keeps_thread = false; // a stream's connection keeps a thread for itself (MPM worker, prefork)
};

// How many connections streams may have in all live children together. The connections of one child stay for pages;
// with a single child half of them. Where each stream keeps a thread, at least a quarter of all threads stays for
// pages.
std::size_t most_streams(const StreamRoom& room);

} // namespace rtmpt_proxy::policy
