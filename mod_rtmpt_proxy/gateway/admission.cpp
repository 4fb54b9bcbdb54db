#include "admission.hpp"

#include "gateway.hpp"
#include "live_session.hpp"
#include "session_id.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

namespace {

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

// An RTMP server says nothing before its client does, so a word or an end right after the connect is a refusal. Looked
// for as long as it took to connect twice over, and a little for the server to come round to it.
constexpr std::chrono::milliseconds kRefusalTime{10};
constexpr std::chrono::milliseconds kMostRefusalTime{50};

// The attempt to reach one backend; cancelled as a whole when its time is up. Its timers' handlers share it, for one
// may already be under way when it is cancelled.
class BackendConnector : public std::enable_shared_from_this<BackendConnector> {
 public:
  BackendConnector(asio::io_context& loop, const protocol::Admission& admission)
      : admission_(admission), resolver_(loop), socket_(loop), deadline_(loop) {}

  asio::awaitable<ErrorCode> connect();

  tcp::socket take_socket() { return std::move(socket_); }
  bool timed_out() const { return timed_out_; }

 private:
  asio::awaitable<ErrorCode> resolve(std::vector<tcp::endpoint>& endpoints);
  asio::awaitable<ErrorCode> connect_to(const tcp::endpoint& endpoint);
  asio::awaitable<ErrorCode> look_for_refusal(std::chrono::milliseconds connect_time);

  const protocol::Admission admission_;
  tcp::resolver resolver_;
  tcp::socket socket_;
  asio::steady_timer deadline_;
  bool timed_out_ = false;
};

asio::awaitable<ErrorCode> BackendConnector::connect() {
  deadline_.expires_after(admission_.connect_timeout);
  deadline_.async_wait([self = shared_from_this()](const ErrorCode& error) {
    if (error) return;
    self->timed_out_ = true;
    self->resolver_.cancel();
    ErrorCode ignored;
    self->socket_.close(ignored);
  });
  std::vector<tcp::endpoint> endpoints;
  ErrorCode result = co_await resolve(endpoints);
  if (!result && endpoints.empty()) result = asio::error::host_not_found;
  for (const tcp::endpoint& endpoint : endpoints) {
    result = co_await connect_to(endpoint);
    if (!result || timed_out_) break;
  }
  deadline_.cancel();
  if (timed_out_) co_return asio::error::timed_out;
  co_return result;
}

asio::awaitable<ErrorCode> BackendConnector::resolve(std::vector<tcp::endpoint>& endpoints) {
  ErrorCode error;
  const auto address = asio::ip::make_address(admission_.backend.host, error);
  if (!error) {
    endpoints.emplace_back(address, admission_.backend.port);
    co_return ErrorCode{};
  }
  const auto [resolve_error, results] = co_await resolver_.async_resolve(
      admission_.backend.host, std::to_string(admission_.backend.port), tcp::resolver::numeric_service, kAsTuple);
  for (const auto& result : results)
    endpoints.push_back(result.endpoint());
  co_return resolve_error;
}

asio::awaitable<ErrorCode> BackendConnector::connect_to(const tcp::endpoint& endpoint) {
  ErrorCode error;
  if (socket_.is_open()) socket_.close(error);
  const auto began = steady_clock::now();
  std::tie(error) = co_await socket_.async_connect(endpoint, kAsTuple);
  if (error || timed_out_) co_return error;
  co_return co_await look_for_refusal(
      std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began));
}

asio::awaitable<ErrorCode> BackendConnector::look_for_refusal(std::chrono::milliseconds connect_time) {
  asio::steady_timer patience(socket_.get_executor());
  patience.expires_after(std::min(2 * connect_time + kRefusalTime, kMostRefusalTime));
  patience.async_wait([self = shared_from_this()](const ErrorCode& error) {
    ErrorCode ignored;
    if (!error && self->socket_.is_open()) self->socket_.cancel(ignored);
  });
  const auto [error] = co_await socket_.async_wait(tcp::socket::wait_read, kAsTuple);
  patience.cancel();
  if (error) co_return error == asio::error::operation_aborted && !timed_out_ ? ErrorCode{} : error;
  char byte = 0;
  ErrorCode peek_error;
  socket_.non_blocking(true, peek_error);
  socket_.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, peek_error);
  if (peek_error == asio::error::would_block) co_return ErrorCode{};
  co_return peek_error;
}

protocol::Refused refused(const BackendConnector& connector, const ErrorCode& error) {
  const bool late = connector.timed_out();
  return {late ? protocol::Refusal::backend_timeout : protocol::Refusal::backend_unreachable,
          late                        ? "no answer within the connection timeout"
          : error == asio::error::eof ? "closed the connection at once"
                                      : error.message()};
}

asio::awaitable<void> open(Gateway& gateway, protocol::Admission admission, AdmissionDone done) {
  const auto connector = std::make_shared<BackendConnector>(gateway.loop(), admission);
  if (const ErrorCode error = co_await connector->connect()) {
    gateway.log().debug("RTMPT306: {} of {}: {}", admission.backend_name, admission.virtual_host, error.message());
    done(refused(*connector, error));
    co_return;
  }
  std::string id = make_session_id();
  auto session = std::make_shared<LiveSession>(gateway, admission, connector->take_socket(), id);
  gateway.sessions().add(id, admission.virtual_host, session);
  session->start();
  done(protocol::Admitted{std::move(id)});
}

} // namespace

void open_session(Gateway& gateway, protocol::Admission admission, const AdmissionDone& done) {
  using protocol::Refusal;
  using protocol::Refused;
  if (gateway.retiring()) return done(Refused{Refusal::gateway_retiring, "a newer gateway takes new sessions"});
  // One descriptor for the backend, one for the client.
  if (!gateway.descriptors().has_room_for(2)) {
    gateway.log().error("RTMPT307: no session for {}: {} descriptors in use, near the limit", admission.virtual_host,
                        gateway.descriptors().used());
    return done(Refused{Refusal::gateway_full, "too many descriptors in use"});
  }
  asio::co_spawn(gateway.loop(), open(gateway, std::move(admission), done),
                 [&gateway, done](const std::exception_ptr& failure) {
                   if (!failure) return;
                   try {
                     std::rethrow_exception(failure);
                   } catch (const std::exception& error) {
                     gateway.log().error("RTMPT308: opening a session failed: {}", error.what());
                     done(Refused{Refusal::gateway_full, error.what()});
                   }
                 });
}

} // namespace rtmpt_proxy::gateway
