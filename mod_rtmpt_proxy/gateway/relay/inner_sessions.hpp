// SPDX-License-Identifier: Apache-2.0
// TLS between the gateway and httpd's private listener: its settings, and its sessions, which make the next handshake a
// short one.
#pragma once

#include "gateway/backends/tls_contexts.hpp"

#include <rtmpt_proxy/protocol/messages/tls_server.hpp>

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace rtmpt_proxy::gateway {

using InnerSession = std::shared_ptr<SSL_SESSION>;

// What mod_ssl is to see: the same as of the client's own connection.
struct InnerTerms {
  std::string server_id; // TlsServer::id, by which another configuration is another server
  std::string server_name;
  protocol::TlsFacts facts;
  std::vector<protocol::TlsCommand> offers; // see TlsLine::offer()
};

// Several clients resume the same session. With TLS 1.3 each connection has an id of its own all the same; with the
// versions before it is the session's, by which an application behind mod_ssl (SSL_SESSION_ID) would take these clients
// for one. So nothing is resumed there.
//
// Used by one loop, in its thread.
class InnerSessions {
 public:
  // Each has a few KiB.
  static constexpr std::size_t kMost = 256;

  // Settings for all connections to httpd's private listener. Null without memory. httpd's certificate is not looked
  // at: nobody but httpd can be there.
  const TlsContext& context();

  // Null when there is none for these terms.
  InnerSession find(const InnerTerms& terms);
  // The one used longest ago makes room. Without effect before TLS 1.3.
  void keep(const InnerTerms& terms, InnerSession session);
  std::size_t size() const { return sessions_.size(); }

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  struct Kept {
    InnerSession session;
    std::list<Key>::iterator place; // in uses_
  };

  static Key key_of(const InnerTerms& terms) {
    return {terms.server_id, terms.server_name, terms.facts.protocol, terms.facts.cipher};
  }

  TlsContext context_;
  std::map<Key, Kept> sessions_;
  std::list<Key> uses_; // the latest at the front
};

} // namespace rtmpt_proxy::gateway
