// SPDX-License-Identifier: Apache-2.0
// One connection of a pull to its media server, from the lookup of the name on.
#pragma once

#include "gateway/backends/backend_connector.hpp"
#include "gateway/backends/backend_leg.hpp"
#include "gateway/hub/pull_target.hpp"

#include <rtmpt_proxy/protocol/client/rtmp_player.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// What a connection calls: its pull. After the last four nothing more comes.
class PullEvents {
 public:
  // The server has answered, and was asked to play.
  virtual void pull_reached() = 0;
  // The server plays the stream, or will.
  virtual void pull_started() = 0;
  virtual void pull_media(const protocol::MediaMessage& message) = 0;
  // The server's publisher has left.
  virtual void pull_stopped() = 0;
  // The server has no such stream.
  virtual void pull_missing() = 0;
  // The server does not let it play. `code` is its own, perhaps empty.
  virtual void pull_refused(const std::string& code) = 0;
  // The server has ended the connection.
  virtual void pull_ended() = 0;
  // The server was not reached, the connection broke, or the server cannot be understood.
  virtual void pull_lost(const std::string& reason) = 0;

 protected:
  ~PullEvents() = default;
};

// The handlers of its leg keep it, so the pull may let go of it at any time, after close(). Lives on one loop. It takes
// what the server sends as it comes, so that nothing waits here.
class PullConnection final : public BackendOwner, public std::enable_shared_from_this<PullConnection> {
 public:
  // What waits for a server that takes nothing, beyond the connect.
  static constexpr std::size_t kMostUnsentBytes = 65536;

  // `loop`, `names` and `tls` outlive it, `events` until close().
  PullConnection(LoopServices& loop, NameResolver& names, TlsContexts& tls, PullTarget target, PullEvents& events);

  // Begins. Called once.
  void start();
  // No event comes any more. Ends it at once, or as soon as the server knows.
  void close();
  // Ends it at once, whatever the server knows: the loop is being destroyed, and nothing of it is used any more.
  void drop();

 private:
  // BackendOwner.
  void backend_readable() override;
  void backend_bytes(std::string_view bytes) override;
  void backend_pauses() override {}
  void backend_writable() override { write(); }
  void backend_closed(std::string_view reason) override;
  void settled() override;
  std::shared_ptr<void> keep() override { return shared_from_this(); }

  boost::asio::awaitable<void> run();
  void begin();
  void take(protocol::PlayerProgress progress);
  void write();
  void leave();
  void lose(const std::string& reason);
  PullEvents* end();

  LoopServices& loop_;
  const PullTarget target_;
  PullEvents* events_; // null: closed
  std::shared_ptr<BackendConnector> connector_;
  std::optional<protocol::RtmpPlayer> player_;
  std::unique_ptr<BackendLeg> leg_; // null: not connected yet
  std::string unsent_;
  bool is_reached_ = false; // events_ was told
};

} // namespace rtmpt_proxy::gateway
