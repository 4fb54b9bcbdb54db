// SPDX-License-Identifier: Apache-2.0
// Clients whose TLS ends at the gateway: their coming, and their way from httpd to a session.
#include "gateway/doors/child_channel.hpp"
#include "gateway/doors/relay_take_over.hpp"
#include "gateway/loops/gateway.hpp"
#include "gateway/relay/tls_intake.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::gateway {

using ErrorCode = boost::system::error_code;

namespace {

// How often, and so many times, to see whether httpd's parent has told of a server. Shorter together than a child waits
// for an answer (local::patience::kTake).
constexpr std::chrono::milliseconds kLookForServer{20};
constexpr int kLooksForServer = 25;

} // namespace

// httpd has only looked at the client's first bytes. What the gateway does not take, mod_ssl serves as if nobody had
// asked.
bool ChildChannel::take_tls_client(protocol::HandOverTls& terms) {
  std::optional<local::Descriptor> client = take_connection(terms.shown_client);
  if (!client || !*client) return client.has_value();
  client_ = *std::move(client);
  tls_terms_ = std::move(terms);
  awaits_loops_ = true;
  await_tls_server(kLooksForServer);
  return true;
}

// httpd's parent has told of a server before a child hands over its clients. But it tells by another socket, of which
// the gateway may not have read all yet.
void ChildChannel::await_tls_server(int looks_left) {
  if (looks_left == 0 || loop().is_retiring() || loop().tls_servers().knows(tls_terms_->server_id))
    return answer_tls_client();
  tls_wait_.expires_after(kLookForServer);
  tls_wait_.async_wait([weak = std::weak_ptr<ChildChannel>(shared()), looks_left](const ErrorCode& error) {
    const auto self = weak.lock();
    if (!error && self && self->is_open()) self->await_tls_server(looks_left - 1);
  });
}

void ChildChannel::answer_tls_client() {
  awaits_loops_ = false;
  protocol::HandOverTls terms = *std::exchange(tls_terms_, std::nullopt);
  const std::string shown_client = terms.shown_client;
  std::string_view why = "the gateway takes no new clients";
  // One descriptor for the client, one for its way to httpd.
  if (!loop().is_retiring() && loop().descriptors().has_room_for(2))
    tls_client_ = expect_tls_client(loop().tls_entrance(), std::move(terms), why);
  if (tls_client_) return say(protocol::Take{});
  client_ = {};
  loop().log().debug("RTMPT454: the TLS client {} stays with httpd: {}", shown_client, why);
  say(status_reply(503));
}

// Pages and handshakes are spread over all loops. Streams are not: a client of RTMP moves once more.
void ChildChannel::begin_tls_at_chosen_loop(std::string read_already) {
  LoopChoice choice = loop().gateway().choose_tls_loop();
  Loop& home = loop().gateway().at(choice.index);
  boost::asio::post(home.io(), [&home, client = std::exchange(client_, {}), expected = *std::move(tls_client_),
                                place = std::move(choice.place), read_already = std::move(read_already)]() mutable {
    serve_tls_client(home.relay_home(), std::move(client), std::move(expected), std::move(place), read_already);
  });
  tls_client_.reset();
}

// httpd closes its end when it has the answer. So the client's loop must know before that this is not the client's end.
bool ChildChannel::take_relayed_client(protocol::HandOver& terms) {
  if (!descriptors().empty()) return false;
  if (const std::uint16_t refusal = refusal_of(terms); refusal != 0) {
    say(status_reply(refusal));
    return true;
  }
  terms_ = std::move(terms);
  promise(terms_.ticket);
  return true;
}

void ChildChannel::promise(std::uint64_t ticket) {
  awaits_loops_ = true;
  promise_relay(loop(), ticket, [weak = std::weak_ptr<ChildChannel>(shared()), &loop = loop(), ticket](bool promised) {
    if (const auto self = weak.lock(); self && self->is_open()) return self->on_promise(ticket, promised);
    if (promised) break_relay_promise(loop, ticket);
  });
}

// Otherwise the client has left, or another request of its connection has gone to a session first.
void ChildChannel::on_promise(std::uint64_t ticket, bool promised) {
  awaits_loops_ = false;
  if (!promised) {
    viewer_.reset();
    viewer_places_.reset();
    return say(status_reply(503));
  }
  relayed_ticket_ = ticket;
  say(protocol::Take{});
}

} // namespace rtmpt_proxy::gateway
