// SPDX-License-Identifier: Apache-2.0
// Session tickets for clients that are certainly no stream's, which mod_ssl takes when they come again.
#include "relay_rig.hpp"
#include "test/gateway/loops/loopback.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <string>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;

namespace {

const std::string kPage = "GET /page HTTP/1.1\r\nHost: live.example.com\r\n\r\n";
const std::string kResponse = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

// Sends `request`, gets httpd's answer, and returns the ticket that came with it; null: none.
std::shared_ptr<SSL_SESSION> ticket_for(RelayRig& rig, const Visit& visit, const std::string& request = kPage) {
  TlsVisitor visitor = rig.greeted(visit);
  visitor.write(request);
  RelayedConnection httpd = rig.next_greeted();
  REQUIRE(httpd.tls->read_all(request.size()) == request);
  for (int i = 0; i < 2; ++i) {
    REQUIRE(httpd.tls->write(kResponse));
    REQUIRE(visitor.read(kResponse.size()) == kResponse);
  }
  return visitor.ticket();
}

Visit with_tickets(int version = TLS1_3_VERSION) {
  Visit visit;
  visit.server_id = RelayRig::kWithTickets;
  visit.wishes.version = version;
  return visit;
}

// Whether a server with these keys, as OpenSSL has them without a function of the server's own, resumes the session.
bool resumes(RelayRig& rig, SSL_SESSION* ticket, std::string keys, const std::string& context_name) {
  const std::shared_ptr<SSL_CTX> context = server_context(rig.pair);
  SSL_CTX_set_session_id_context(context.get(), reinterpret_cast<const unsigned char*>(context_name.data()),
                                 static_cast<unsigned>(context_name.size()));
  REQUIRE(SSL_CTX_set_tlsext_ticket_keys(context.get(), keys.data(), keys.size()) == 1);
  local::SocketPair connection = tcp_pair();
  TlsPeer server(context.get(), connection.theirs.get());
  TlsWishes wishes;
  wishes.session = ticket;
  TlsVisitor visitor(std::move(connection.ours), wishes);
  auto serving = std::async(std::launch::async, [&] { return server.handshake(); });
  const bool greeted = visitor.handshake();
  REQUIRE(serving.get());
  REQUIRE(greeted);
  return server.resumes();
}

} // namespace

TEST_CASE("Who has had a page has a ticket that a server with the same keys takes, for as long as it was told",
          "[relay]") {
  RelayRig rig;
  const protocol::TlsTickets terms = RelayRig::ticket_terms();
  const std::shared_ptr<SSL_SESSION> ticket = ticket_for(rig, with_tickets());
  REQUIRE(ticket);
  CHECK(SSL_SESSION_get_ticket_lifetime_hint(ticket.get()) == 77);
  CHECK(resumes(rig, ticket.get(), terms.keys, terms.context));
  CHECK_FALSE(resumes(rig, ticket.get(), terms.keys, "another host"));
  CHECK_FALSE(resumes(rig, ticket.get(), std::string(protocol::kTlsTicketKeysBytes, 'x'), terms.context));
}

TEST_CASE("Nobody else gets a ticket", "[relay]") {
  RelayRig rig;
  CHECK_FALSE(ticket_for(rig, Visit{})); // mod_ssl gives none
  CHECK_FALSE(ticket_for(rig, with_tickets(TLS1_2_VERSION)));
  CHECK_FALSE(ticket_for(rig, with_tickets(), "POST /open/1 HTTP/1.1\r\nHost: live.example.com\r\n\r\n"));
  CHECK_FALSE(ticket_for(rig, with_tickets(), "no HTTP"));
}
