// SPDX-License-Identifier: Apache-2.0
// The leg to a media server whose streams are fetched once for all viewers.
#pragma once

#include "gateway/backends/backend_leg.hpp"
#include "gateway/hub/hub_leg.hpp"
#include "gateway/hub/hub_loop.hpp"
#include "gateway/hub/hub_terms.hpp"

#include <rtmpt_proxy/protocol/client/server_side.hpp>
#include <rtmpt_proxy/protocol/server/rtmp_server.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

//   follows ── the client publishes ──────────────────────────────────────► passes: the media server and nobody else
//      └────── plays ──► switches ── no message of the server is under way ──► shares: a HubLeg, and no media server
//
// Bytes go through unchanged until the client plays. Its play goes to the hub, and the connection to the media server
// ends. Where that is not possible (the client cannot be understood, or the server numbers its streams in a way of its
// own), the client plays from the media server itself. Lives on one loop.
class CachedLeg final : public BackendLeg, private BackendOwner {
 public:
  // So many bytes of the client may wait here: of a command under way, or for the media server.
  static constexpr std::size_t kMostKeptBytes = 131072;

  using MakeLeg = std::function<std::unique_ptr<BackendLeg>(BackendOwner&)>;

  // `owner` outlives the leg. `make_server` makes the leg to the media server. `terms` have a pull.
  CachedLeg(std::shared_ptr<HubLoop> hub, BackendOwner& owner, HubTerms terms, const MakeLeg& make_server);

  std::size_t write(const Pieces& bytes) override;
  bool is_readable() const override { return leg().is_readable(); }
  std::size_t readable_bytes() const override { return leg().readable_bytes(); }
  void read() override { leg().read(); }
  void gather(std::size_t bytes) override { leg().gather(bytes); }
  void look() override { leg().look(); }
  void follow(std::size_t room_bytes, std::size_t waiting_bytes) override;
  void finish() override { leg().finish(); }
  void close() override;
  bool is_open() const override { return leg().is_open(); }
  bool blames_client() const override { return leg().blames_client(); }

 private:
  enum class Stage : std::uint8_t { follows, switches, shares, passes };

  // BackendOwner, of the leg to the media server.
  void backend_readable() override;
  void backend_bytes(std::string_view bytes) override;
  void backend_pauses() override;
  void backend_writable() override;
  void backend_closed(std::string_view reason) override;
  void backend_gathers() override;
  void settled() override;
  std::shared_ptr<void> keep() override { return owner_.keep(); }

  BackendLeg& leg() const { return shared_ ? static_cast<BackendLeg&>(*shared_) : *server_leg_; }
  std::size_t take(std::string_view bytes);
  bool can_share() const;
  void pass();
  void flush();
  void share();

  const std::shared_ptr<HubLoop> hub_;
  BackendOwner& owner_;
  HubTerms terms_;
  const std::unique_ptr<BackendLeg> server_leg_;
  std::unique_ptr<HubLeg> shared_;             // null: not yet
  std::optional<protocol::RtmpServer> client_; // what the client has said; unset: of no interest any more
  protocol::ServerSide server_;                // what the media server has said
  std::string kept_;                           // of the client's bytes, the last that were taken; a play, too
  std::size_t sendable_bytes_ = 0;             // of those
  std::uint64_t given_bytes_ = 0;              // to the media server's leg
  Stage stage_ = Stage::follows;
};

} // namespace rtmpt_proxy::gateway
