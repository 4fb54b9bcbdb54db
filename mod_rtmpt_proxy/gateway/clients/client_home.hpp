// SPDX-License-Identifier: Apache-2.0
// What a client's connection needs from the event loop that it lives on.
#pragma once

#include "gateway/base/input_budget.hpp"
#include "gateway/base/loop_services.hpp"
#include "gateway/base/owned_objects.hpp"
#include "gateway/sockets/detached_client.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

class HttpTunnel;
class Stream;

// The gateway's sessions, as the connections of one loop see them. Called in the loop's thread.
class SessionDirectory {
 public:
  // The session with that id, when it lives on this loop. Null otherwise, and also when the id belongs to another
  // virtual host.
  virtual std::shared_ptr<Stream> find(std::string_view id, const protocol::VhostKey& vhost) const = 0;
  // Whether `id` was made by another gateway.
  virtual bool is_another_gateways(std::string_view id) const = 0;
  // Whether `id` names another loop of this gateway, if it is one of this gateway's.
  virtual bool lives_elsewhere(std::string_view id) const = 0;
  // A request with that id was refused because no session of its virtual host has that id. See
  // SessionTable::note_refused().
  virtual void note_refused(std::string_view id) const = 0;
  // Moves the connection to the loop that the session id in `terms` names, and serves it there as serve_connection()
  // does. lives_elsewhere() must be true for that id. `refusals`: see HttpTunnel.
  virtual void move_home(DetachedClient client, protocol::HandOver terms, std::string residue, int refusals) = 0;

 protected:
  ~SessionDirectory() = default;
};

// The loop owns the objects, and they outlive the loop's connections. All loops share `kept_input`.
struct ClientHome {
  LoopServices& loop;
  InputBudget& kept_input;
  SessionDirectory& sessions;
  OwnedObjects<HttpTunnel>& connections;
};

} // namespace rtmpt_proxy::gateway
