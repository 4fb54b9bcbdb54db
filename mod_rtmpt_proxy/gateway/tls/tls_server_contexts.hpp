// SPDX-License-Identifier: Apache-2.0
// The servers whose TLS the gateway makes, as httpd's parent has named them.
#pragma once

#include "gateway/tls/tls_server_context.hpp"
#include "gateway/tls/tls_tickets.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::gateway {

// For people: a server of the last message.
struct TlsServerFacts {
  std::string server_name;
  std::vector<TlsCertificateFacts> certificates;
  std::string failure; // why no client can be served; empty: they can
};

// A context with an RSA key takes milliseconds to make, and a site may have hundreds. So begin() makes none: they are
// made a few at a time, by whoever has time for it, or when a client comes to one.
//
// Every thread may use it at any time.
class TlsServerContexts {
 public:
  // A client of TLS 1.2 that comes again within OpenSSL's five minutes needs no whole handshake. So many sessions are
  // kept of all servers together, in equal parts, but at least so many of each. One takes about 1 KiB.
  static constexpr std::size_t kMostTlsSessions = 16'384;
  static constexpr std::size_t kLeastTlsSessions = 16;

  // A server whose settings cannot be applied.
  struct Failure {
    std::string server_name;
    std::string why;
  };

  TlsServerContexts() = default;
  ~TlsServerContexts();
  TlsServerContexts(const TlsServerContexts&) = delete;
  TlsServerContexts& operator=(const TlsServerContexts&) = delete;

  // These servers are known from now on. Those of the last protocol::kTlsGenerations messages stay known; one whose id
  // is known already stays as it is, with its sessions, unless its settings could not be applied. But all have the
  // tickets of this message, and those that it does not name give none. The keys are wiped when they are not needed any
  // more.
  void begin(protocol::TlsServers servers);

  // Makes up to `most` contexts of the last message that are not made yet. False when all are made.
  bool make_some(std::size_t most);

  // The servers of the last message that find() has no context for, as far as they are made.
  std::vector<Failure> failures() const;

  // begin(), everything made, and failures().
  std::vector<Failure> use(protocol::TlsServers servers);

  // Whether one of the last messages names it.
  bool knows(std::string_view id) const { return known(id) != nullptr; }

  // Makes it when it is not made yet. Null when that server is not known, or its settings cannot be applied.
  TlsServerContext find(std::string_view id) const;

  // For clients of that server, if the last message names it. Null: they get no tickets.
  TlsTicketMaker tickets(std::string_view id) const;

  // What a client of that server is to offer so that it finds the same server: its commands about groups and
  // signatures.
  std::vector<protocol::TlsCommand> offers(std::string_view id) const;

  // Of the servers of the last message, in its order; without certificates as long as they are not made.
  std::vector<TlsServerFacts> facts() const;

 private:
  class Server;
  using ServerPointer = std::shared_ptr<Server>;
  using Servers = std::map<std::string, ServerPointer, std::less<>>; // by id

  struct Named {
    std::string server_name; // in the last message
    ServerPointer server;
  };

  ServerPointer known(std::string_view id) const;
  std::vector<Named> last() const;

  mutable std::mutex mutex_;        // for the following
  std::deque<Servers> generations_; // the newest first
  std::vector<Named> last_;         // the servers of the last message, in its order
  std::size_t first_unmade_ = 0;    // all of last_ before it are made
};

} // namespace rtmpt_proxy::gateway
