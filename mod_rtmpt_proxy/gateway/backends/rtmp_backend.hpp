// SPDX-License-Identifier: Apache-2.0
// The leg to a backend that speaks RTMP: it passes the bytes on unchanged.
#pragma once

#include "gateway/backends/backend_leg.hpp"
#include "gateway/base/loop_services.hpp"
#include "gateway/sockets/quick_ack.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace rtmpt_proxy::gateway {

class RtmpBackend final : public BackendLeg {
 public:
  // `socket` is connected. `owner` outlives the leg.
  RtmpBackend(LoopServices& loop, BackendOwner& owner, boost::asio::ip::tcp::socket socket);

  std::size_t write(const Pieces& bytes) override;
  bool is_readable() const override { return readable_; }
  std::size_t readable_bytes() const override;
  void read() override;
  void gather(std::size_t bytes) override;
  void look() override;
  void follow(std::size_t room_bytes, std::size_t waiting_bytes) override;
  void finish() override;
  void close() override;
  bool is_open() const override { return socket_.is_open(); }

 private:
  bool read_once();
  void await_readable();
  void await_writable();
  void on_writable();
  void end();

  LoopServices& loop_;
  BackendOwner& owner_;
  boost::asio::ip::tcp::socket socket_;
  QuickBeginning beginning_;
  std::size_t room_bytes_ = 0;
  bool awaits_readable_ = false;
  bool readable_ = false;
  bool writing_ = false;
  bool write_failed_ = false;
  bool finishing_ = false;
  bool said_end_ = false;
};

} // namespace rtmpt_proxy::gateway
