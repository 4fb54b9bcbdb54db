// A client's TLS connection that httpd has let go of, and the local socket to the gateway: moves the bytes between
// them.
#pragma once

#include "local/file_descriptor.hpp"
#include "local/gateway_channel.hpp"
#include "module/core/client_filters.hpp"
#include "module/core/httpd_headers.hpp"
#include "module/splice/pump_watch.hpp"

#include <rtmpt_proxy/protocol/rtmpt/split_polls.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace rtmpt_proxy::apache {

// Made by the thread that served the connection, used by the pump's thread from begin() on. Nothing here waits. At most
// one piece is kept in each direction: whoever is slow slows the other down.
class PumpedConnection {
 public:
  // Memory for reading, of the pump's; used during a call only.
  using Scratch = std::span<char>;

  // `gateway` is this end of the local socket. The connection stays httpd's until begin().
  PumpedConnection(conn_rec* c, FileDescriptor gateway);
  PumpedConnection(const PumpedConnection&) = delete;
  PumpedConnection& operator=(const PumpedConnection&) = delete;

  // From now on the connection is this object's, up to destroy_connection(). When `epoll` cannot take it, it ends.
  void begin(int epoll, apr_thread_t* thread);

  // Closes the connection and frees all that httpd keeps for it, in which httpd sees its end. The last call.
  void destroy_connection();

  // Ends it now, whatever is under way: the client is told by the end of TLS, the gateway by the end of its socket.
  void abandon();

  // What epoll reported of either side.
  void on_events(PumpWatch::Side side, std::uint32_t events, Scratch scratch);
  // Its share of an earlier event was used up.
  void go_on(Scratch scratch);
  void on_time(Deadline now);

  bool has_more() const { return has_more_ && state_ != State::finished; }
  Deadline deadline() const { return deadline_; }
  bool has_ended() const { return state_ == State::finished; }
  // Nothing more happens, and nobody else touches what destroy_connection() will free.
  bool may_be_destroyed(Deadline now) const;

  conn_rec* connection() const { return client_.connection(); }

  // Notes for the pump.
  Deadline armed_for = Deadline::max();
  bool listed = false;

 private:
  enum class State : std::uint8_t {
    carrying,
    finishing, // the gateway has ended; the client gets what is left
    lingering, // the client has been told; what it still sends is dropped
    finished,
  };

  void carry_to_gateway();
  bool read_client();
  void expect_more();
  bool write_to_gateway();
  void carry_to_client(Scratch scratch);
  void write_on();
  void finish();
  void say_goodbye();
  void linger(Scratch scratch);
  void end();
  void settle();

  ClientFilters client_;
  FileDescriptor gateway_;
  PumpWatch client_watch_;
  PumpWatch gateway_watch_;
  protocol::SplitPolls polls_;
  std::string to_gateway_; // read from the client, and not taken by the gateway yet
  Deadline let_go_at_;     // see kLeastLife
  Deadline deadline_ = Deadline::max();
  State state_ = State::carrying;
  bool has_more_ = true;         // bytes may wait where epoll does not see them: in httpd's filters
  bool holds_head_ = false;      // in to_gateway_, until its body comes
  bool client_ended_ = false;    // it sends no more
  bool told_gateway_ = false;    // of that
  bool gateway_deaf_ = false;    // the gateway reads no more
  bool gateway_hung_up_ = false; // it writes no more either; its last words may still wait to be read
};

} // namespace rtmpt_proxy::apache
