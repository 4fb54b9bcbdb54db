// SPDX-License-Identifier: Apache-2.0
// An attempt to reach one backend: look up its name, connect, for RTMPS make the TLS handshake, and for RTMPT open its
// session.
#pragma once

#include "gateway/backends/backend_fault.hpp"
#include "gateway/backends/name_resolver.hpp"
#include "gateway/backends/tls_line.hpp"
#include "gateway/base/descriptor_budget.hpp"
#include "gateway/base/loop_services.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rtmpt_proxy::gateway {

// The Host header for a server: always with the port, as ffmpeg and librtmp send it.
std::string host_header(const protocol::BackendAddress& backend);

// One deadline ends all steps. The handlers of its timers share it, because a handler may already be queued when its
// timer is cancelled. Runs in the loop's thread.
class BackendConnector : public std::enable_shared_from_this<BackendConnector> {
 public:
  // Counts the descriptor that it will use, from now on.
  BackendConnector(LoopServices& loop, NameResolver& names, TlsContexts& tls, const protocol::Admission& admission);

  // Tries every address of the name within the admission's connect_timeout, and sends the client's address as the
  // admission says. Returns an empty text when the backend was reached, else why not.
  boost::asio::awaitable<std::string> connect();

  // Ends the attempt as the end of its time would.
  void give_up();

  // Gives the socket after connect(). It is closed when an RTMPT server wants another connection for the next request.
  // Throws boost::system::system_error.
  boost::asio::ip::tcp::socket take_socket();
  // Gives, after take_socket(), the TLS on it: not null at an RTMPS server.
  std::unique_ptr<TlsLine> take_tls() { return std::move(tls_); }
  boost::asio::ip::tcp::endpoint endpoint() const { return endpoint_; }
  const protocol::BackendSessionId& session_id() const { return session_id_; } // empty unless an RTMPT server's
  bool timed_out() const { return timed_out_; }                                // in vain
  BackendFault fault() const { return fault_; } // whose fault it is that the backend was not reached

 private:
  using ErrorCode = boost::system::error_code;

  boost::asio::awaitable<std::string> attempt();
  boost::asio::awaitable<std::string> resolve(std::vector<boost::asio::ip::tcp::endpoint>& endpoints);
  boost::asio::awaitable<Lookup> look_up();
  boost::asio::awaitable<ErrorCode> try_at(const boost::asio::ip::tcp::endpoint& endpoint);
  boost::asio::awaitable<ErrorCode> connect_to(const boost::asio::ip::tcp::endpoint& endpoint);
  ErrorCode send_preamble();
  boost::asio::awaitable<std::string> open_tls();
  boost::asio::awaitable<ErrorCode> begin_tls();
  ErrorCode send_preamble_within_tls();
  boost::asio::awaitable<ErrorCode> look_for_refusal();
  std::optional<ErrorCode> look_once();
  boost::asio::awaitable<std::string> open_rtmpt();

  LoopServices& loop_;
  NameResolver& names_;
  TlsContexts& tls_contexts_;
  const protocol::Admission admission_;
  DescriptorBudget::Use descriptor_;
  std::shared_ptr<Inquiry> inquiry_; // while the name is being looked up
  boost::asio::ip::tcp::socket socket_;
  boost::asio::ip::tcp::endpoint endpoint_;
  boost::asio::steady_timer deadline_;
  std::chrono::milliseconds connect_time_{0};
  TlsContext tls_context_;       // at an RTMPS server
  std::unique_ptr<TlsLine> tls_; // from the handshake on
  std::string tls_failure_;      // of the last address
  protocol::BackendSessionId session_id_;
  BackendFault fault_ = BackendFault::none;
  bool timed_out_ = false;
};

} // namespace rtmpt_proxy::gateway
