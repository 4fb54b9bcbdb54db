// SPDX-License-Identifier: Apache-2.0
#include "rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/client_greeting.hpp>
#include <rtmpt_proxy/protocol/rtmp/connect_query.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;

namespace {

const std::string kQuery =
    "?authmod=adobe&user=alice&challenge=aB/Yw==&response=q8/vEjRWeJCr+e8SNFZ4kA==&opaque=" + std::string(56, 'a');

std::string connect_with(const std::string& query, const Properties& more = {}) {
  Properties properties{{"app", amf_string("live" + query)},
                        {"type", amf_string("nonprivate")},
                        {"tcUrl", amf_string("rtmp://live.example.com:1935/live" + query)}};
  properties.insert(properties.end(), more.begin(), more.end());
  return connect_payload(properties);
}

ConnectRequest heard(const std::string& chunks_behind_handshake) {
  ClientGreeting greeting;
  greeting.feed(handshake() + chunks_behind_handshake);
  REQUIRE(greeting.state() == GreetingState::connected);
  return greeting.connect();
}

} // namespace

TEST_CASE("A query is taken out of app and tcUrl, and no other byte moves", "[login]") {
  for (const std::uint32_t chunk_size : {128u, 200u, 4096u}) {
    for (const std::uint32_t stream : {3u, 64u, 400u}) {
      for (const std::uint8_t type : {std::uint8_t{20}, std::uint8_t{17}}) {
        CAPTURE(chunk_size, stream, type);
        const std::string prefix(type == 17 ? 1 : 0, '\0');
        const std::string connect = chunks({stream, type, prefix + connect_with(kQuery), chunk_size});
        const std::string front = chunk_size == 128 ? std::string() : set_chunk_size(chunk_size);
        const std::string behind = chunks({3, 20, amf_string("createStream") + amf_number(2) + amf_null(), chunk_size});
        const std::string sent = front + connect + behind;
        std::string bytes = sent;
        REQUIRE(take_query_out_of_greeting(bytes));
        REQUIRE(bytes.size() == sent.size());
        CHECK(bytes.substr(0, front.size()) == front);
        CHECK(bytes.substr(front.size() + connect.size()) == behind);
        CHECK(bytes.find("alice") == std::string::npos);
        CHECK(bytes.find("authmod") == std::string::npos);
        const ConnectRequest before = heard(sent);
        const ConnectRequest after = heard(bytes);
        CHECK(after.app == "live");
        CHECK(after.tc_url == "rtmp://live.example.com:1935/live");
        CHECK(after.is_publisher);
        CHECK(after.transaction_id == before.transaction_id);
        std::string alone = connect;
        REQUIRE(take_query_out(alone, chunk_size));
        CHECK(bytes.substr(front.size(), connect.size()) == alone);
      }
    }
  }
}

TEST_CASE("A connect without a query stays as it is", "[login]") {
  const std::string connect = chunks({3, 20, connect_with("")});
  std::string bytes = connect;
  CHECK(take_query_out(bytes, 128));
  CHECK(bytes == connect);
}

TEST_CASE("Of a greeting that is cut anywhere in front of connect's end nothing is changed", "[login]") {
  const std::string sent = chunks({3, 20, connect_with(kQuery)});
  for (std::size_t cut = 0; cut < sent.size(); ++cut) {
    std::string bytes = sent.substr(0, cut);
    CHECK_FALSE(take_query_out_of_greeting(bytes));
    CHECK(bytes == sent.substr(0, cut));
    CHECK_FALSE(take_query_out(bytes, 128));
    CHECK(bytes == sent.substr(0, cut));
  }
}

TEST_CASE("What cannot be cut without moving a byte is left as it is", "[login]") {
  const std::string payload = connect_with(kQuery);
  const std::string whole = chunks({3, 20, payload});
  for (const std::string& bytes : {
           whole + "x",                                                              // more than one message
           chunks({3, 20, payload, 128, 0x01000000}),                                // an extended timestamp
           chunks({3, 20, payload, 256}),                                            // another chunk size
           chunks({3, 20, amf_string("publish") + payload}),                         // no connect
           chunks({3, 20, connect_with("?x=")}),                                     // room for no property
           chunks({3, 20, connect_payload({{"flashVer", amf_string("x?abcdef")}})}), // no application
           basic_header(3, 3) + payload,
           "\xff\xff"s,
       }) {
    std::string changed = bytes;
    CHECK_FALSE(take_query_out(changed, 128));
    CHECK(changed == bytes);
  }
  std::string none = whole;
  CHECK_FALSE(take_query_out(none, 0));
}
