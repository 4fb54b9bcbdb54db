// SPDX-License-Identifier: Apache-2.0
// Trailers of chunked bodies: they count for nothing, are bounded, and are treated alike whichever way a request
// travels.
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

struct Row {
  const char* what;
  std::string trailer; // behind the last chunk, with the empty line
  int status;          // 200: the connection goes on with the next request; else it is closed
};

std::string fields(std::size_t count, std::size_t value_bytes) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += "X-" + std::to_string(i) + ": " + std::string(value_bytes, 'x') + "\r\n";
  return text;
}

const Row kRows[] = {
    {"none", "\r\n", 200},
    {"a field", "X: y\r\n\r\n", 200},
    {"a Content-Length", "Content-Length: 500\r\n\r\n", 200},
    {"a malformed Content-Length", "Content-Length: -5\r\n\r\n", 200},
    {"a Transfer-Encoding", "Transfer-Encoding: chunked\r\n\r\n", 200},
    {"another Transfer-Encoding", "Transfer-Encoding: gzip, identity\r\n\r\n", 200},
    {"both", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 200},
    {"another Host", "Host: elsewhere\r\n\r\n", 200},
    {"Connection: close", "Connection: close\r\n\r\n", 200},
    {"one field of 8191 bytes", "X: " + std::string(8188, 'x') + "\r\n\r\n", 200},
    {"one field of 8192 bytes", "X: " + std::string(8189, 'x') + "\r\n\r\n", 400},
    {"one field of 70 KiB", fields(1, 70 << 10) + "\r\n", 400},
    {"fields of 70 KiB in all", fields(70, 1 << 10) + "\r\n", 200},
    {"100 fields", fields(100, 4) + "\r\n", 200},
    {"101 fields", fields(101, 4) + "\r\n", 400},
    {"fields without an end", fields(200, 500), 400},
    {"one field without an end", "X: " + std::string(100'000, 'x'), 400},
    {"no field", "nonsense\r\n\r\n", 400},
    {"a blank before the colon", "X : y\r\n\r\n", 400},
    {"a line that continues a field", "X: y\r\n z\r\n\r\n", 200},
    {"a line that continues nothing", " X: y\r\n\r\n", 400},
    {"a NUL", std::string("X: a\0b\r\n\r\n", 10), 400},
    {"a bare LF", "X: y\n\r\n", 400},
};

// A chunked request of that kind. For an idle the body is a byte that nobody reads.
std::string chunked(const TunnelClient& client, const std::string& kind, std::uint32_t number, const Row& row) {
  return "POST " + tunnel_target(kind, client.id(), number) + " HTTP/1.1\r\nHost: localhost\r\n" + client.headers() +
         "Transfer-Encoding: chunked\r\n\r\n" + (kind == "send" ? "5\r\nhello\r\n0\r\n" : "1\r\n0\r\n0\r\n") +
         row.trailer;
}

// On the connection of the session, or on a new one, where httpd sees the request first. Behind a trailer that is good,
// another request follows without a pause.
void check_row(TunnelSession& session, const std::string& kind, bool on_new_connection, const Row& row) {
  CAPTURE(row.what, kind, on_new_connection);
  std::string delivered = session.media->received();
  if (on_new_connection) session.client.reconnect();
  const bool is_good = row.status == 200;
  auto& connection = session.client.connection();
  const auto first = chunked(session.client, kind, session.client.take_number(), row);
  const std::string next =
      is_good ? session.client.request("send", session.client.take_number(), "next") : std::string();
  connection.send(first + next);
  const auto reply = connection.receive();
  CHECK(reply.status == row.status);
  if (is_good) {
    CHECK(connection.receive().status == 200);
    delivered += (kind == "send" ? "hellonext" : "next");
    CHECK(session.media->wait_for_bytes(delivered.size()) == delivered);
  } else {
    CHECK(reply.says_close());
    CHECK(connection.closed_by_server());
    session.client.reconnect();
  }
}

} // namespace

TEST_CASE("A trailer counts for nothing, and a bad one ends the connection, alike in all ways") {
  HttpdOptions options;
  options.global = GENERATE("", "MergeTrailers On\n");
  CAPTURE(options.global);
  TunnelSite site(options);
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    for (const Row& row : kRows) {
      // Merged into the request's own, this field is obeyed where httpd keeps the connection.
      if (!options.global.empty() && row.trailer.starts_with("Connection")) continue;
      for (const std::string kind : {"send", "idle"}) {
        for (const bool on_new_connection : {false, true}) {
          auto session = site.session(carriage);
          REQUIRE(session.client.send("first").status == 200); // over TLS the gateway has the connection from here on
          REQUIRE(session.media->wait_for_bytes(5) == "first");
          check_row(session, kind, on_new_connection, row);
        }
      }
    }
  }
}

TEST_CASE("A trailer that does not end is refused once it has too many fields, in all ways") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("first").status == 200);
    const Row endless{"", fields(50, 100), 400};
    auto& connection = session.client.connection();
    connection.send(chunked(session.client, "send", session.client.take_number(), endless));
    connection.send(fields(60, 100));
    CHECK(connection.receive().status == 400);
    CHECK(connection.closed_by_server());
  }
}
