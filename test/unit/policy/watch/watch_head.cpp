// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/watch/watch_head.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::policy;

TEST_CASE("An upgrade needs all that RFC 6455 wants of it", "[watch_head]") {
  const UpgradeFacts good{true, true, "WebSocket", "13", "dGhlIHNhbXBsZSBub25jZQ=="};
  CHECK(wants_websocket(good));
  CHECK(status_of_upgrade(good) == 101);
  UpgradeFacts other = good;
  other.version = "8";
  CHECK(status_of_upgrade(other) == 426);
  other = good;
  other.is_http_1_1 = false;
  CHECK(status_of_upgrade(other) == 400);
  for (const char* const key : {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ====",
                                "dGhlIHNhbXBs\r\nSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZ0=="}) {
    CAPTURE(key);
    other = good;
    other.key = key;
    CHECK(status_of_upgrade(other) == (std::string(key) == "dGhlIHNhbXBsZSBub25jZ0==" ? 101 : 400));
  }
  for (const char* const list : {"h2c, websocket", "websocket,h2c", "foo ,\tWebSocket ", ",websocket"}) {
    CAPTURE(list);
    other = good;
    other.upgrade = list;
    CHECK(status_of_upgrade(other) == 101);
  }
  for (const char* const list : {"", "h2c", "websockets", "web, socket", "websocket/13"}) {
    CAPTURE(list);
    other = good;
    other.upgrade = list;
    CHECK_FALSE(wants_websocket(other));
  }
  other = good;
  other.connection_upgrades = false;
  CHECK_FALSE(wants_websocket(other));
}

TEST_CASE("An answer of FLV ends with its connection, and is no cache's to keep", "[watch_head]") {
  const std::string head = flv_head(WatchFraming::chunked, {true, "", false});
  CHECK(head == "HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
                "X-Content-Type-Options: nosniff\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  const std::string bare = flv_head(WatchFraming::until_close, {true, "https://o.example", true});
  CHECK(bare.find("Transfer-Encoding") == std::string::npos);
  CHECK(bare.find("Access-Control-Allow-Origin: https://o.example\r\nAccess-Control-Allow-Credentials: true\r\nVary: "
                  "Origin\r\n") != std::string::npos);
  CHECK(websocket_head("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") ==
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}
