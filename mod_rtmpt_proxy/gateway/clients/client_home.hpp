// What a client's connection needs of the event loop it lives on.
#pragma once

#include "gateway/base/descriptor_socket.hpp"
#include "gateway/base/input_budget.hpp"
#include "gateway/base/loop_services.hpp"
#include "gateway/base/owned_objects.hpp"

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
  // The session when it lives on this loop; null also when the id belongs to another virtual host.
  virtual std::shared_ptr<Stream> find(std::string_view id, std::string_view virtual_host) const = 0;
  // Whether another gateway gave `id`.
  virtual bool is_another_gateways(std::string_view id) const = 0;
  // Whether `id` names another loop of this gateway, if it is one of this gateway's.
  virtual bool lives_elsewhere(std::string_view id) const = 0;
  // A request with that id was refused because no session of its virtual host has the id. See SessionTable.
  virtual void note_refused(std::string_view id) const = 0;
  // Takes the connection to the loop that `terms.session_id` names, for which lives_elsewhere() is true. It is served
  // there as by serve_connection().
  virtual void move_home(Descriptor client, protocol::HandOver terms, std::string residue) = 0;

 protected:
  ~SessionDirectory() = default;
};

// The loop owns all of it, and it outlives the loop's connections. `kept_input` is shared by all loops.
struct ClientHome {
  LoopServices& loop;
  InputBudget& kept_input;
  SessionDirectory& sessions;
  OwnedObjects<HttpTunnel>& connections;
};

} // namespace rtmpt_proxy::gateway
