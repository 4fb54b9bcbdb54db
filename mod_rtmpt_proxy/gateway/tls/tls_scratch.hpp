// SPDX-License-Identifier: Apache-2.0
// Memory that TLS connections of one event loop use by turns.
#pragma once

#include "gateway/tls/tls_step.hpp"

#include <boost/asio/execution_context.hpp>

#include <array>
#include <string>

namespace rtmpt_proxy::gateway {

// Belongs to the event loop (boost::asio::use_service), and is used within one step of one connection, so that
// connections that wait need no such memory.
class TlsScratch final : public boost::asio::execution_context::service {
 public:
  // By which Asio finds it.
  static inline const boost::asio::execution_context::id id;

  explicit TlsScratch(boost::asio::execution_context& loop) : service(loop) {}

  std::array<char, kTlsRecordBytes> plaintext; // of a record whose bytes come in pieces
  std::string ciphertext;                      // what the connection has to send

 private:
  void shutdown() override {}
};

} // namespace rtmpt_proxy::gateway
