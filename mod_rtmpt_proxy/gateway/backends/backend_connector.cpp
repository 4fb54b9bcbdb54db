#include "gateway/backends/backend_connector.hpp"

#include "gateway/backends/backend_socket.hpp"
#include "gateway/backends/rtmpt_open.hpp"
#include "gateway/backends/rtmpt_requests.hpp"

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

std::string words_for(const boost::system::error_code& error) {
  return error == asio::error::eof ? "closed the connection at once" : error.message();
}

} // namespace

std::string host_header(const protocol::BackendAddress& backend) {
  const bool ipv6 = backend.host.find(':') != std::string::npos;
  return (ipv6 ? "[" + backend.host + "]" : backend.host) + ":" + std::to_string(backend.port);
}

BackendConnector::BackendConnector(LoopServices& loop, NameResolver& names, const protocol::Admission& admission)
    : loop_(loop),
      names_(names),
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
  if (timed_out_ && fault_ == BackendFault::backends) co_return "no answer within the connection timeout";
  co_return failure;
}

void BackendConnector::give_up() {
  timed_out_ = true;
  if (inquiry_) inquiry_->bell.cancel();
  ErrorCode ignored;
  socket_.close(ignored);
}

asio::awaitable<std::string> BackendConnector::attempt() {
  std::vector<tcp::endpoint> endpoints;
  std::string failure = co_await resolve(endpoints);
  if (!failure.empty()) co_return failure;
  ErrorCode error;
  for (const tcp::endpoint& endpoint : endpoints) {
    error = co_await try_at(endpoint);
    if (!error || timed_out_) break;
    fault_ = gravest(fault_, fault_of(error, endpoint));
    failure = words_for(error);
  }
  if (error) co_return failure;
  fault_ = BackendFault::none; // the fault of an earlier address
  if (timed_out_ || admission_.backend.kind == protocol::BackendKind::rtmp) co_return std::string();
  failure = co_await open_rtmpt();
  if (!failure.empty()) fault_ = BackendFault::backends;
  co_return failure;
}

asio::awaitable<BackendConnector::ErrorCode> BackendConnector::try_at(const tcp::endpoint& endpoint) {
  ErrorCode error = co_await connect_to(endpoint);
  if (error || admission_.backend.kind != protocol::BackendKind::rtmp) co_return error;
  error = send_preamble();
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

asio::awaitable<BackendConnector::ErrorCode> BackendConnector::look_for_refusal() {
  asio::steady_timer patience(socket_.get_executor());
  patience.expires_after(std::min(2 * connect_time_ + kRefusalTime, kMostRefusalTime));
  patience.async_wait([self = shared_from_this()](const ErrorCode& error) {
    ErrorCode ignored;
    if (!error && self->socket_.is_open()) self->socket_.cancel(ignored);
  });
  const auto [error] = co_await socket_.async_wait(tcp::socket::wait_read, kAsTuple);
  patience.cancel();
  if (error) co_return error == asio::error::operation_aborted && !timed_out_ ? ErrorCode{} : error;
  char byte = 0;
  ErrorCode peek_error;
  socket_.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, peek_error);
  if (peek_error == asio::error::would_block) co_return ErrorCode{};
  co_return peek_error;
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
