// SPDX-License-Identifier: Apache-2.0
// Keeps which backends are slow to take sessions, and limits how many opens may wait for each of them.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// How many threads of one child may wait long for the gateway or for a backend: a quarter, but at least one. The site
// must never wait for streams.
std::size_t long_waits(std::size_t threads);

// An open whose backend answers soon needs no place. An open that waits longer needs a place, and its backend counts as
// slow. While a backend is slow, each open needs a place before it asks, until the backend gives an answer. One backend
// gets at most half of the places, so that it cannot take those of others.
//
// Every thread may call every function at any time. Nothing here waits.
class OpenGate {
 public:
  // `places` is 1 or more.
  explicit OpenGate(std::size_t places);
  OpenGate(const OpenGate&) = delete;
  OpenGate& operator=(const OpenGate&) = delete;

  // Whether an open of this server needs a place before it asks.
  bool is_slow(std::string_view server) const;

  // Takes a place for an open that waits, or will wait, for this backend, which counts as slow from now on. False when
  // all its places are taken.
  bool take_place(std::string_view server);
  // Gives the place back; once for each take_place() that returned true.
  void leave_place(std::string_view server);

  // The backend has taken a session or refused one.
  void answered(std::string_view server);

 private:
  struct Server {
    std::size_t waiting = 0;
    bool slow = false;
  };
  using Servers = std::map<std::string, Server, std::less<>>;

  void forget_if_unused(Servers::iterator place);

  const std::size_t places_;
  const std::size_t share_;  // of one server
  mutable std::mutex mutex_; // guards what follows
  std::size_t waiting_ = 0;
  Servers servers_; // those that are slow or waited for: as many as httpd has media servers
};

} // namespace rtmpt_proxy::policy
