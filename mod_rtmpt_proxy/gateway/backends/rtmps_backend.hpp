// SPDX-License-Identifier: Apache-2.0
// The leg to a backend that speaks RTMP over TLS: it passes the bytes of RTMP on unchanged.
#pragma once

#include "gateway/backends/backend_leg.hpp"
#include "gateway/backends/tls_line.hpp"
#include "gateway/base/loop_services.hpp"
#include "gateway/sockets/quick_ack.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>

namespace rtmpt_proxy::gateway {

class RtmpsBackend final : public BackendLeg {
 public:
  // `socket` is connected, and the handshake of `tls` on it is done. `owner` outlives the leg.
  RtmpsBackend(LoopServices& loop, BackendOwner& owner, boost::asio::ip::tcp::socket socket,
               std::unique_ptr<TlsLine> tls);

  std::size_t write(const Pieces& bytes) override;
  bool is_readable() const override { return readable_; }
  std::size_t readable_bytes() const override;
  void read() override;
  void look() override;
  void follow(std::size_t room_bytes, std::size_t waiting_bytes) override;
  void finish() override;
  void close() override;
  bool is_open() const override { return socket_.is_open(); }

 private:
  std::size_t write_piece(std::string_view piece);
  void flush();
  bool read_once();
  void await_readable();
  void become_readable();
  void await_writable();
  void on_writable();
  void say_end();
  void end();

  LoopServices& loop_;
  BackendOwner& owner_;
  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<TlsLine> tls_;
  // What TLS has taken and could not send whole. It wants the same bytes again before any others.
  std::string unsent_;
  QuickBeginning beginning_;
  std::size_t room_bytes_ = 0;
  bool holds_bytes_; // TLS may have bytes of which the socket tells nothing any more
  bool awaits_readable_ = false;
  bool readable_ = false;
  bool read_wants_write_ = false;
  bool writing_ = false;
  bool write_failed_ = false;
  bool finishing_ = false;
  bool said_end_ = false;
};

} // namespace rtmpt_proxy::gateway
