// SPDX-License-Identifier: Apache-2.0
#include "rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>
#include <rtmpt_proxy/protocol/rtmp/client_greeting.hpp>

#include <catch2/catch.hpp>

#include <limits>
#include <vector>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;
using State = GreetingState;
using Error = GreetingError;

namespace {

struct Heard {
  State state = State::handshake;
  Error error = Error::none;
  ConnectRequest connect;
  std::string kept;
  std::size_t answers = 0; // how often C1 had to be answered
  std::size_t taken_bytes = 0;
  bool operator==(const Heard&) const = default;
};

void feed(ClientGreeting& greeting, std::string_view bytes, Heard& heard) {
  while (!bytes.empty()) {
    const std::size_t taken = greeting.feed(bytes);
    if (const std::string c1 = greeting.take_c1(); !c1.empty()) {
      ++heard.answers;
      CHECK((c1 == handshake().substr(1, kHandshakePartBytes)));
    }
    heard.taken_bytes += taken;
    if (taken == 0) break;
    bytes.remove_prefix(taken);
  }
}

Heard finish(const ClientGreeting& greeting, Heard heard) {
  heard.state = greeting.state();
  heard.error = greeting.error();
  heard.connect = greeting.connect();
  heard.kept = greeting.kept();
  return heard;
}

// In pieces of so many bytes.
Heard hear(std::string_view bytes, std::size_t piece_bytes) {
  ClientGreeting greeting;
  Heard heard;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes)
    feed(greeting, bytes.substr(at, piece_bytes), heard);
  return finish(greeting, heard);
}

std::string connect_with(const Properties& properties) {
  return client_stream({connect_payload(properties)});
}

const Properties kFfmpeg{{"app", amf_string("live")},
                         {"type", amf_string("nonprivate")},
                         {"flashVer", amf_string("FMLE/3.0 (compatible; Lavf59.27.100)")},
                         {"tcUrl", amf_string("rtmp://media.example:1935/live")}};

} // namespace

TEST_CASE("A greeting tells what connect says, and keeps every byte behind the handshake", "[greeting]") {
  const std::string bytes = connect_with(kFfmpeg);
  const Heard heard = hear(bytes, bytes.size());
  CHECK(heard.state == State::connected);
  CHECK(heard.answers == 1);
  CHECK(heard.connect.app == "live");
  CHECK(heard.connect.tc_url == "rtmp://media.example:1935/live");
  CHECK(heard.connect.flash_version == "FMLE/3.0 (compatible; Lavf59.27.100)");
  CHECK(heard.connect.transaction_id == 1);
  CHECK_FALSE(heard.connect.is_cut);
  CHECK(heard.kept == bytes.substr(kHandshakeBytes));
}

TEST_CASE("A greeting is the same at every cut", "[greeting]") {
  const std::string bytes = connect_with(kFfmpeg) + "createStream, unasked";
  const Heard whole = hear(bytes, bytes.size());
  REQUIRE(whole.state == State::connected);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    ClientGreeting greeting;
    Heard heard;
    feed(greeting, std::string_view(bytes).substr(0, cut), heard);
    feed(greeting, std::string_view(bytes).substr(cut), heard);
    REQUIRE(finish(greeting, heard) == whole);
  }
  CHECK(hear(bytes, 1) == whole);
}

TEST_CASE("A greeting takes connect as OBS Studio and AMF3 clients write it", "[greeting]") {
  const Heard obs = hear(obs_stream(), 100);
  CHECK(obs.state == State::connected);
  CHECK(obs.connect.app.starts_with("live/?"));
  Chunked amf3;
  amf3.type = 17;
  amf3.payload = "\0"s + connect_payload(kFfmpeg);
  CHECK(hear(handshake() + chunks(amf3), 7).connect.app == "live");
}

TEST_CASE("A connect without an app, with an odd transaction or texts that are too long is told as it is",
          "[greeting]") {
  CHECK(hear(connect_with({{"tcUrl", amf_string("rtmp://h/")}}), 50).connect ==
        ConnectRequest{1, "", "rtmp://h/", "", false});
  const Heard longer = hear(connect_with({{"app", amf_string(std::string(5000, 'a'))}}), 1000);
  CHECK(longer.state == State::connected);
  CHECK(longer.connect.is_cut);
  CHECK(longer.connect.app.size() == kMaxAmf0TextBytes);
  const std::string odd = client_stream({amf_string("connect") + amf_number(7) + amf_object(kFfmpeg)});
  CHECK(hear(odd, 50).connect.transaction_id == 7);
  const std::string none = client_stream({amf_string("connect") + amf_null() + amf_object(kFfmpeg)});
  CHECK(hear(none, 50).connect.transaction_id == 0);
  const double no_number = std::numeric_limits<double>::quiet_NaN();
  const std::string not_a_number = client_stream({amf_string("connect") + amf_number(no_number) + amf_object(kFfmpeg)});
  CHECK(hear(not_a_number, 50).connect == hear(not_a_number, 1).connect);
  CHECK_FALSE(hear(not_a_number, 50).connect == hear(none, 50).connect);
}

TEST_CASE("A connect with two apps or two tcUrls is refused, because media servers differ in which one they take",
          "[greeting]") {
  for (const std::string& name : {"app"s, "tcUrl"s}) {
    Properties properties{{"app", amf_string("live")}, {"tcUrl", amf_string("rtmp://h/live")}};
    properties.emplace_back(name, amf_string("other"));
    const std::string twice = client_stream({connect_payload(properties)});
    CHECK(hear(twice, 50).error == GreetingError::bad_command);
  }
}

TEST_CASE("A connect whose app or tcUrl media servers may not take as it is here is refused", "[greeting]") {
  const auto app = std::pair("app"s, amf_string("live"));
  for (const auto& other : Properties{{"tcurl", amf_string("rtmp://h/secret")},
                                      {"TCURL", amf_string("rtmp://h/secret")},
                                      {"tcUrl\0x"s, amf_string("rtmp://h/secret")},
                                      {"tcUrl", amf_string("")},
                                      {"tcUrl", amf_null()},
                                      {"tcUrl", amf_long_string("rtmp://h/live")},
                                      {"App", amf_string("secret")},
                                      {"app", amf_number(1)}}) {
    CAPTURE(other.first);
    CHECK(hear(connect_with({app, other}), 50).error == GreetingError::bad_command);
    CHECK(hear(connect_with({other, app}), 50).error == GreetingError::bad_command);
  }
  for (const std::string& value : {amf_long_string("live"), amf_null(), amf_object({{"app", amf_string("live")}})})
    CHECK(hear(connect_with({{"app", value}}), 50).error == GreetingError::bad_command);
  CHECK(hear(connect_with({app, {"o", amf_object({{"app", amf_string("inner")}})}}), 50).connect.app == "live");
}

TEST_CASE("A connect that cannot be read whole is refused, because what is not read may name another app",
          "[greeting]") {
  const auto nested = [](std::size_t depth) {
    std::string value = amf_null();
    for (std::size_t i = 0; i < depth; ++i)
      value = amf_object({{"o", value}});
    return value;
  };
  const auto hiding = [](const std::string& value) {
    return connect_with({{"app", amf_string("live")}, {"x", value}, {"app", amf_string("other")}});
  };
  const auto harmless = connect_with({{"app", amf_string("live")}, {"x", nested(kMaxAmf0Depth - 1)}});
  CHECK(hear(harmless, 50).connect.app == "live");
  const std::string unknown_marker("\x0e");
  const std::string amf3_marker("\x11");
  for (const std::string& value : {nested(kMaxAmf0Depth), nested(500), unknown_marker, amf3_marker})
    CHECK(hear(hiding(value), 50).error == GreetingError::bad_command);
  const std::string many = client_stream({connect_payload(Properties(kMaxAmf0Properties + 1, {"app", amf_null()}))});
  CHECK(hear(many, 50).error == GreetingError::bad_command);
  const std::string whole = connect_payload({{"app", amf_string("live")}});
  CHECK(hear(client_stream({whole.substr(0, whole.size() - 1)}), 50).error == GreetingError::bad_command);
}

TEST_CASE("Before connect a client may say how it cuts and counts its bytes, and nothing else", "[greeting]") {
  const std::string connect = chunks({3, 20, connect_to("live")});
  const std::string window = chunks({2, 5, "\0\x26\x25\xA0"s});
  CHECK(hear(handshake() + set_chunk_size(4096) + window + chunks({3, 20, connect_to("live"), 4096}), 50).state ==
        GreetingState::connected);
  const std::string late_time = chunks({3, 20, connect_to(std::string(300, 'a')), 128, 0x1000000, false});
  for (const std::string& before :
       {chunks({5, 18, connect_to("secret")}), chunks({3, 17, connect_to("secret")}), abort_message(3),
        chunks({3, 20, amf_string("Connect") + amf_number(1)}), chunks({3, 22, std::string(40, 'a')}),
        chunks({3, 15, connect_to("secret")}), chunks({3, 20, ""}), late_time}) {
    CAPTURE(before);
    CHECK(hear(handshake() + before + connect, 50).state == GreetingState::failed);
  }
}

TEST_CASE("What is no greeting fails with its reason, and nothing of it is kept", "[greeting]") {
  struct Row {
    std::string bytes;
    Error error;
  };
  const std::vector<Row> rows{
      {"GET / HTTP/1.1\r\n", Error::not_rtmp},
      {std::string(1, '\0'), Error::not_rtmp},
      {handshake(6), Error::encrypted},
      {handshake(8), Error::encrypted},
      {handshake() + std::string(20, '\xff'), Error::bad_chunks},
      {handshake() + set_chunk_size(0), Error::bad_chunks},
      {client_stream({"\x02\x00\x07conn"s}), Error::bad_command},
      {client_stream({amf_string("connect") + amf_number(1) + "\x03\x00\x03"s}), Error::bad_command},
      {client_stream({amf_string("connect")}), Error::bad_command},
      {client_stream({amf_string("connect") + amf_number(1) + amf_null()}), Error::bad_command},
      {client_stream({start_payload("publish", "cam")}), Error::no_connect},
      {client_stream({start_payload("play", "cam")}), Error::no_connect},
  };
  for (const Row& row : rows) {
    const Heard heard = hear(row.bytes, row.bytes.size());
    CAPTURE(to_string(row.error));
    CHECK(heard.state == State::failed);
    CHECK(heard.error == row.error);
    CHECK(heard.kept.empty());
    CHECK(hear(row.bytes, 1).error == row.error);
  }
}

TEST_CASE("A client that says much before its connect is given up, and behind its connect it is not read",
          "[greeting]") {
  Chunked window;
  window.stream = 2;
  window.type = 5; // Window Acknowledgement Size: of no interest
  window.payload = be(2500000, 4);
  std::string chatter;
  while (chatter.size() < kMaxGreetingBytes)
    chatter += chunks(window);
  const Heard talker = hear(handshake() + chatter, 999);
  CHECK(talker.error == Error::connect_too_far);
  CHECK(talker.taken_bytes <= kHandshakeBytes + kMaxGreetingBytes);

  const std::string bytes = connect_with(kFfmpeg);
  ClientGreeting greeting;
  Heard eager;
  feed(greeting, bytes + chatter, eager);
  CHECK(greeting.state() == State::connected);
  CHECK(greeting.room_bytes() == 0);
  CHECK(greeting.kept().size() == kMaxGreetingBytes);
  CHECK(greeting.kept() == (bytes.substr(kHandshakeBytes) + chatter).substr(0, kMaxGreetingBytes));
  CHECK(greeting.feed("more") == 0);
}
