// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/backend_connector.hpp"

#include "gateway/backends/backend_socket.hpp"
#include "gateway/backends/rtmpt_open.hpp"
#include "gateway/backends/rtmpt_requests.hpp"
#include "gateway/backends/tls_line.hpp"
#include "local/descriptor.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// An RTMP server sends nothing before its client does. So bytes, or a close, right after the connect mean a refusal.
// The connector waits for them twice as long as the connect took, plus this time for the server to react.
constexpr milliseconds kRefusalTime{10};
constexpr milliseconds kMostRefusalTime{50};

// How long a name server may take when earlier addresses of the name are known.
constexpr milliseconds kPatienceWithAddresses{500};

using protocol::BackendKind;
using protocol::ClientForwarding;

// Whether the preamble is the first of RTMP's own bytes, which TLS carries. A PROXY header is for the connection, and
// what ends TLS reads it before the handshake.
bool is_within_tls(ClientForwarding how) {
  return how == ClientForwarding::srs;
}

std::string words_for(const boost::system::error_code& error) {
  return error == asio::error::eof ? "closed the connection at once" : error.message();
}

} // namespace

std::string host_header(const protocol::BackendAddress& backend) {
  const bool ipv6 = backend.host.find(':') != std::string::npos;
  return (ipv6 ? "[" + backend.host + "]" : backend.host) + ":" + std::to_string(backend.port);
}

BackendConnector::BackendConnector(LoopServices& loop, NameResolver& names, TlsContexts& tls,
                                   const protocol::Admission& admission)
    : loop_(loop),
      names_(names),
      tls_contexts_(tls),
      admission_(admission),
      descriptor_(loop.descriptors),
      socket_(loop.io),
      deadline_(loop.io) {}

asio::awaitable<std::string> BackendConnector::connect() {
  deadline_.expires_after(admission_.connect_timeout);
  deadline_.async_wait([self = shared_from_this()](const ErrorCode& error) {
    if (!error) self->give_up();
  });
  std::string failure = co_await attempt();
  deadline_.cancel();
  if (timed_out_ && fault_ == BackendFault::none) fault_ = BackendFault::backends;
  if (timed_out_ && fault_ == BackendFault::backends)
    co_return tls_ ? "no end of the TLS handshake within the connection timeout"
                   : "no answer within the connection timeout";
  co_return failure;
}

void BackendConnector::give_up() {
  timed_out_ = true;
  if (inquiry_) inquiry_->bell.cancel();
  ErrorCode ignored;
  socket_.close(ignored);
}

// Since the connect waited until it could write, Asio would ask epoll with each wait for bytes whether the socket can
// be written to as well, and be woken, for it always can. The new socket has no such past.
tcp::socket BackendConnector::take_socket() {
  if (!socket_.is_open()) return std::move(socket_);
  local::Descriptor descriptor(socket_.release());
  tcp::socket fresh(loop_.io);
  fresh.assign(endpoint_.protocol(), descriptor.get());
  descriptor.release();
  return fresh;
}

asio::awaitable<std::string> BackendConnector::attempt() {
  if (admission_.backend.kind == BackendKind::rtmps) tls_context_ = tls_contexts_.find(admission_.tls);
  if (admission_.backend.kind == BackendKind::rtmps && !tls_context_) {
    fault_ = BackendFault::nobodys;
    co_return "the certificates of SSLProxyCACertificateFile '" + admission_.tls.trust_file + "' are not there";
  }
  std::vector<tcp::endpoint> endpoints;
  std::string failure = co_await resolve(endpoints);
  if (!failure.empty()) co_return failure;
  ErrorCode error;
  for (const tcp::endpoint& endpoint : endpoints) {
    error = co_await try_at(endpoint);
    if (!error || timed_out_) break;
    fault_ = gravest(fault_, fault_of(error, endpoint));
    failure = tls_failure_.empty() ? words_for(error) : tls_failure_;
  }
  if (error) co_return failure;
  fault_ = BackendFault::none; // the fault of an earlier address
  if (timed_out_ || admission_.backend.kind != BackendKind::rtmpt) co_return std::string();
  failure = co_await open_rtmpt();
  if (!failure.empty()) fault_ = BackendFault::backends;
  co_return failure;
}

asio::awaitable<BackendConnector::ErrorCode> BackendConnector::try_at(const tcp::endpoint& endpoint) {
  ErrorCode error = co_await connect_to(endpoint);
  if (error || admission_.backend.kind == BackendKind::rtmpt) co_return error;
  const bool over_tls = admission_.backend.kind == BackendKind::rtmps;
  if (!over_tls || !is_within_tls(admission_.forward_client)) error = send_preamble();
  if (!error && over_tls) error = co_await begin_tls();
  if (!error) error = co_await look_for_refusal();
  co_return error;
}

// Finds the endpoints. A literal address needs no name server. Returns an empty text, or why there are no endpoints.
asio::awaitable<std::string> BackendConnector::resolve(std::vector<tcp::endpoint>& endpoints) {
  ErrorCode error;
  const auto address = asio::ip::make_address(admission_.backend.host, error);
  if (!error) {
    endpoints.emplace_back(address, admission_.backend.port);
    co_return std::string();
  }
  const Lookup lookup = co_await look_up();
  for (const asio::ip::address& found : lookup.addresses)
    endpoints.emplace_back(found, admission_.backend.port);
  if (!endpoints.empty()) co_return std::string();
  const bool missing = lookup.status == LookupStatus::no_such_name;
  fault_ = missing ? BackendFault::backends : BackendFault::nobodys;
  co_return "the name '" + admission_.backend.host + "' cannot be resolved" + (missing ? ": " : " at present: ") +
      lookup.failure;
}

asio::awaitable<Lookup> BackendConnector::look_up() {
  const std::string& name = admission_.backend.host;
  inquiry_ = std::make_shared<Inquiry>(loop_.io);
  if (std::optional<Lookup> known = names_.ask(name, inquiry_)) co_return *std::move(known);
  const std::optional<Lookup> before = names_.last_found(name);
  inquiry_->bell.expires_after(before ? std::min(kPatienceWithAddresses, admission_.connect_timeout)
                                      : admission_.connect_timeout);
  static_cast<void>(co_await inquiry_->bell.async_wait(kAsTuple));
  const std::shared_ptr<Inquiry> inquiry = std::exchange(inquiry_, nullptr);
  if (inquiry->answer) co_return *std::move(inquiry->answer);
  if (before) co_return *before;
  co_return Lookup{LookupStatus::failed, {}, "no name server answers in time"};
}

asio::awaitable<BackendConnector::ErrorCode> BackendConnector::connect_to(const tcp::endpoint& endpoint) {
  ErrorCode error;
  tls_.reset();
  tls_failure_.clear();
  if (socket_.is_open()) socket_.close(error);
  const auto began = steady_clock::now();
  std::tie(error) = co_await socket_.async_connect(endpoint, kAsTuple);
  if (error || timed_out_) co_return error;
  endpoint_ = endpoint;
  connect_time_ = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
  prepare_backend_socket(socket_);
  co_return ErrorCode{};
}

// Sends the preamble whole and in a segment of its own, because nginx-rtmp takes its PROXY line only from the first
// read. Sends it at once, so that a server that does not accept it can close while another one can still be tried.
BackendConnector::ErrorCode BackendConnector::send_preamble() {
  ErrorCode error;
  const std::string preamble = protocol::client_preamble(admission_.forward_client, admission_.client);
  if (preamble.empty() || timed_out_) return error;
  const std::size_t sent = socket_.write_some(asio::buffer(preamble), error);
  if (!error && sent < preamble.size()) error = asio::error::no_buffer_space;
  return error;
}

// Returns an empty text, or why there is no TLS.
asio::awaitable<std::string> BackendConnector::open_tls() {
  for (;;) {
    const TlsStep step = tls_->handshake();
    if (step == TlsStep::done) co_return std::string();
    if (step == TlsStep::failed) co_return tls_->failure();
    if (step == TlsStep::ended) co_return "closed the connection in the TLS handshake";
    const auto [error] = co_await socket_.async_wait(
        step == TlsStep::wants_read ? tcp::socket::wait_read : tcp::socket::wait_write, kAsTuple);
    if (error) co_return error.message();
    // Closed while this was about to go on: its number may be another descriptor's by now.
    if (!socket_.is_open()) co_return "the attempt was given up";
  }
}

asio::awaitable<BackendConnector::ErrorCode> BackendConnector::begin_tls() {
  if (timed_out_) co_return asio::error::operation_aborted;
  tls_ = std::make_unique<TlsLine>(tls_context_, admission_.tls, admission_.backend.host, socket_.native_handle());
  tls_failure_ = co_await open_tls();
  if (timed_out_) co_return asio::error::operation_aborted;
  if (!tls_failure_.empty()) co_return make_error_code(boost::system::errc::protocol_error);
  co_return is_within_tls(admission_.forward_client) ? send_preamble_within_tls() : ErrorCode{};
}

BackendConnector::ErrorCode BackendConnector::send_preamble_within_tls() {
  const std::string preamble = protocol::client_preamble(admission_.forward_client, admission_.client);
  if (preamble.empty()) return ErrorCode{};
  const TlsMoved moved = tls_->write(preamble);
  if (moved.bytes == preamble.size()) return ErrorCode{};
  tls_failure_ = tls_->failure();
  return asio::error::no_buffer_space;
}

asio::awaitable<BackendConnector::ErrorCode> BackendConnector::look_for_refusal() {
  asio::steady_timer patience(socket_.get_executor());
  patience.expires_after(std::min(2 * connect_time_ + kRefusalTime, kMostRefusalTime));
  patience.async_wait([self = shared_from_this()](const ErrorCode& error) {
    ErrorCode ignored;
    if (!error && self->socket_.is_open()) self->socket_.cancel(ignored);
  });
  // A server's TLS may have something of its own to say meanwhile.
  while (patience.expiry() > steady_clock::now()) {
    const auto [error] = co_await socket_.async_wait(tcp::socket::wait_read, kAsTuple);
    if (timed_out_) break;
    if (error && error != asio::error::operation_aborted) co_return error;
    if (error) break;
    if (const std::optional<ErrorCode> seen = look_once()) co_return *seen;
  }
  patience.cancel();
  co_return timed_out_ ? ErrorCode(asio::error::operation_aborted) : ErrorCode{};
}

// Whether the server has refused the connection, by closing it; unset while nothing of RTMP has come.
std::optional<BackendConnector::ErrorCode> BackendConnector::look_once() {
  char byte = 0;
  if (!tls_) {
    ErrorCode error;
    socket_.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
    return error == asio::error::would_block ? ErrorCode{} : error;
  }
  switch (tls_->peek(&byte, 1).step) {
  case TlsStep::done: return ErrorCode{};
  case TlsStep::wants_read:
  case TlsStep::wants_write: return std::nullopt;
  case TlsStep::ended: return asio::error::eof;
  case TlsStep::failed: break;
  }
  tls_failure_ = tls_->failure();
  return make_error_code(boost::system::errc::protocol_error);
}

asio::awaitable<std::string> BackendConnector::open_rtmpt() {
  const bool told = admission_.forward_client == protocol::ClientForwarding::x_forwarded_for;
  const std::string client = told ? protocol::x_forwarded_for(admission_.client.source.address) : std::string();
  RtmptOpened opened =
      co_await open_at_rtmpt_server(socket_, open_request(host_header(admission_.backend), client, admission_.hops));
  if (!opened.failure.empty() || timed_out_) co_return std::move(opened.failure);
  session_id_ = std::move(opened.session_id);
  ErrorCode ignored;
  if (!opened.keep_alive) socket_.close(ignored);
  co_return std::string();
}

} // namespace rtmpt_proxy::gateway
