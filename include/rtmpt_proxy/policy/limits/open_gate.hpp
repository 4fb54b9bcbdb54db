// Which media servers are slow to take sessions, and how many opens may wait for each of them.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// The threads of one child that may wait long for the gateway or for a media server: a quarter, and one at least, for
// the site must never wait for streams.
std::size_t long_waits(std::size_t threads);

// An open whose media server answers soon needs no leave. One that waits longer than that makes its server a slow one,
// and needs a place; so does every other open of that server from its beginning on, until the server gives an answer.
// One server gets at most half of the places, so that it cannot take those of another.
//
// Every thread may call anything at any time; nothing here waits.
class OpenGate {
 public:
  // `places` is 1 or more.
  explicit OpenGate(std::size_t places);
  OpenGate(const OpenGate&) = delete;
  OpenGate& operator=(const OpenGate&) = delete;

  // Whether an open of this server needs a place before it asks.
  bool is_slow(std::string_view server) const;

  // An open waits for this server, or is about to, which is slow from now on. False when as many as may wait do.
  bool take_place(std::string_view server);
  // After take_place() said true, once.
  void leave_place(std::string_view server);

  // The server took a session, or refused one.
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
