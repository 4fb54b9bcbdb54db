// SPDX-License-Identifier: Apache-2.0
// Moves the bytes between a client's TLS connection, which httpd has suspended, and the local socket to the gateway.
#pragma once

#include "local/descriptor.hpp"
#include "module/core/client_filters.hpp"
#include "module/core/httpd_headers.hpp"
#include "module/core/local_names.hpp"
#include "module/splice/pump_watch.hpp"

#include <rtmpt_proxy/protocol/rtmpt/split_polls.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace rtmpt_proxy::apache {

// What a pumped connection carries. Of requests the pump knows what the client will send next, and waits for whole
// ones.
enum class PumpedBytes : std::uint8_t { requests, stream };

// The thread that served the connection makes it; from begin() on only the pump's thread uses it. Nothing here waits.
// At most one piece is kept in each direction, so a slow side slows the other one down.
class PumpedConnection {
 public:
  // Memory for reading, owned by the pump and used only during a call.
  using Scratch = std::span<char>;

  // `gateway` is this end of the local socket; `client` is the client's address for logs. The connection stays httpd's
  // until begin().
  PumpedConnection(conn_rec* c, local::Descriptor gateway, std::string client,
                   PumpedBytes bytes = PumpedBytes::requests);
  PumpedConnection(const PumpedConnection&) = delete;
  PumpedConnection& operator=(const PumpedConnection&) = delete;

  // From now on this object owns the connection, up to destroy_connection(). When `epoll` cannot take it, the
  // connection ends.
  void begin(int epoll, apr_thread_t* thread);

  // Closes the connection and destroys its pool, by which httpd learns of its end. Must be the last call.
  void destroy_connection();

  // Ends both sides now: TLS to the client is closed, and the gateway's socket too.
  void abandon();

  // What epoll reported of either side.
  void on_events(PumpWatch::Side side, std::uint32_t events, Scratch scratch);
  // Goes on with an event for which the connection's share was used up.
  void go_on(Scratch scratch);
  void on_time(Deadline now);

  bool has_more() const { return has_more_ && state_ != State::finished; }
  Deadline deadline() const { return deadline_; }
  bool has_ended() const { return state_ == State::finished; }
  // True when nothing more happens, and nobody else uses the memory that destroy_connection() frees.
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
  const std::string client_name_; // for logs
  local::Descriptor gateway_;
  PumpWatch client_watch_;
  PumpWatch gateway_watch_;
  const PumpedBytes bytes_;
  protocol::SplitPolls polls_;
  std::string to_gateway_;               // read from the client, and not taken by the gateway yet
  Deadline let_go_at_ = Deadline::max(); // see kLeastLife
  Deadline deadline_ = Deadline::max();
  State state_ = State::carrying;
  bool has_more_ = true;         // bytes may wait where epoll does not see them: in httpd's filters
  bool holds_head_ = false;      // in to_gateway_, until its body comes
  bool client_ended_ = false;    // the client sends no more
  bool told_gateway_ = false;    // the gateway knows that the client has ended
  bool gateway_deaf_ = false;    // the gateway reads no more
  bool gateway_hung_up_ = false; // the gateway writes no more either; its last bytes may still wait to be read
};

} // namespace rtmpt_proxy::apache
