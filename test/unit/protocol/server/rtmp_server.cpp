// SPDX-License-Identifier: Apache-2.0
#include "server_talk.hpp"

#include <rtmpt_proxy/protocol/server/rtmp_server.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;
using Lines = std::vector<std::string>;

namespace {

KeyedDigest no_digest(std::string_view, std::string_view) {
  return {};
}

// A server that lets everybody publish and play, and what came of a client's bytes.
struct Served {
  RtmpServer server{std::string(kHandshakeRandomBytes, 'r'), no_digest};
  ServerListener client;
  Lines events; // "publish app/name", "play app/name", "video 40 <payload>", "stop", "failed"
  bool has_failed = false;

  void feed(std::string_view bytes) {
    while (!has_failed) {
      const auto [progress, consumed_bytes] = server.feed(bytes);
      REQUIRE(consumed_bytes <= bytes.size());
      bytes.remove_prefix(consumed_bytes);
      note(progress);
      client.hear(server.take_output());
      if (progress == ServerProgress::need_more) break;
    }
    if (!has_failed) REQUIRE(bytes.empty());
  }

  void note(ServerProgress progress) {
    const MediaMessage& message = server.message();
    switch (progress) {
    case ServerProgress::need_more: return;
    case ServerProgress::publish:
      events.push_back("publish " + server.request().path);
      return server.start_publishing();
    case ServerProgress::play: events.push_back("play " + server.request().path); return server.start_playing();
    case ServerProgress::stop: return events.push_back("stop");
    case ServerProgress::failed: has_failed = true; return events.push_back("failed");
    case ServerProgress::media:
      return events.push_back((message.kind == MediaKind::audio   ? "audio "
                               : message.kind == MediaKind::video ? "video "
                                                                  : "data ") +
                              std::to_string(message.time) + " " + std::string(message.payload));
    }
  }
};

Served serve(std::string_view bytes) {
  Served served;
  served.feed(bytes);
  return served;
}

const std::string kConnected = handshake() + chunks({.payload = connect_to("live")});

} // namespace

TEST_CASE("A publisher is answered step by step") {
  Served served;
  served.feed(kConnected);
  CHECK(served.client.take_lines() == Lines{"handshake", "window 2500000", "bandwidth 2500000", "chunk size",
                                            "_result 1 NetConnection.Connect.Success"});
  served.feed(command("releaseStream", 2, {amf_null(), amf_string("cam")}) +
              command("FCPublish", 3, {amf_null(), amf_string("cam")}) + command("createStream", 4, {amf_null()}));
  CHECK(served.client.take_lines() == Lines{"_result 2", "onFCPublish NetStream.Publish.Start", "_result 4 = 1"});
  served.feed(command("publish", 5, {amf_null(), amf_string("cam?key=1"), amf_string("live")}));
  CHECK(served.client.take_lines() == Lines{"onStatus NetStream.Publish.Start"});
  served.feed(sent(MediaKind::video, 40, key_frame()) + sent(MediaKind::audio, 0x1000000, sound()));
  served.feed(command("FCUnpublish", 6, {amf_null(), amf_string("cam")}) +
              command("deleteStream", 7, {amf_null(), amf_number(1)}));
  CHECK(served.client.take_lines() ==
        Lines{"onFCUnpublish NetStream.Unpublish.Success", "onStatus NetStream.Unpublish.Success"});
  CHECK(served.events == Lines{"publish live/cam", "video 40 " + key_frame(), "audio 16777216 " + sound(), "stop"});
}

TEST_CASE("A viewer is answered step by step") {
  Served served;
  served.feed(viewer_hello("live/", "cam"));
  CHECK(served.events == Lines{"play live/cam"});
  const Lines all = served.client.take_lines();
  CHECK(Lines(all.end() - 4, all.end()) == Lines{"stream begin 1", "onStatus NetStream.Play.Reset",
                                                 "onStatus NetStream.Play.Start", "data 0 |RtmpSampleAccess"});
  served.server.end_playing();
  served.client.hear(served.server.take_output());
  CHECK(served.client.take_lines() == Lines{"onStatus NetStream.Play.UnpublishNotify", "stream end 1"});
}

TEST_CASE("A client may publish again after it has stopped") {
  const auto served = serve(publisher_hello("live", "a") + command("closeStream", 0, {amf_null()}) +
                            command("publish", 0, {amf_null(), amf_string("b")}) +
                            command("publish", 0, {amf_null(), amf_boolean(false)}));
  CHECK(served.events == Lines{"publish live/a", "stop", "publish live/b", "stop"});
}

TEST_CASE("What clients send beside is answered, or passed over") {
  struct Row {
    std::string sent;
    Lines answers;
  };
  const std::string ping = chunks({.stream = 2, .type = 4, .payload = be(6, 2) + be(77, 4)});
  const auto row = GENERATE_COPY(values<Row>({
      {command("getStreamLength", 5, {amf_null(), amf_string("cam")}), {}},
      {command("_checkbw", 5, {amf_null()}), {}},
      {command("createStream", 0, {amf_null()}), {}},
      {command("releaseStream", 0, {amf_null(), amf_string("cam")}), {}},
      {command("FCPublish", 0, {amf_null(), amf_string("cam")}), {}},
      {command("deleteStream", 0, {amf_null(), amf_string("cam")}), {}},
      {chunks({.stream = 2, .type = 4, .payload = be(3, 2) + be(1, 4) + be(3000, 4)}), {}},
      {chunks({.stream = 2, .type = 3, .payload = be(1000, 4)}), {}},
      {ping, {"pong 77"}},
      {chunks({.stream = 2, .type = 4, .payload = be(6, 2)}), {}},
      {sent(MediaKind::video, 0, key_frame()), {}},
      {set_chunk_size(65536), {}},
      {chunks({.stream = 3, .type = 17, .payload = "\0"s + amf_string("createStream") + amf_number(9) + amf_null()}),
       {"_result 9 = 1"}},
  }));
  Served served;
  served.feed(kConnected);
  served.client.take_lines();
  served.feed(row.sent);
  CHECK(served.client.take_lines() == row.answers);
  CHECK(served.events.empty());
}

TEST_CASE("Enhanced RTMP's list of codecs comes back") {
  const std::string connect =
      connect_payload({{"app", amf_string("live")},
                       {"fourCcList", amf_array({amf_string("hvc1"), amf_string("av01"), amf_string("too long")})},
                       {"objectEncoding", amf_number(0)}});
  const auto served = serve(handshake() + chunks({.payload = connect}));
  CHECK(served.client.has("_result 1 NetConnection.Connect.Success hvc1 av01"));
}

TEST_CASE("A bad client is told from a good one") {
  struct Row {
    std::string sent;
    ServerError error;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"\6" + std::string(1536, 'x'), ServerError::handshake},
      {"GET / HTTP/1.1", ServerError::handshake},
      {handshake() + command("createStream", 2, {amf_null()}), ServerError::no_connect},
      {handshake() + sent(MediaKind::audio, 0, sound()), ServerError::no_connect},
      {handshake() + chunks({.payload = "\xff\xff"}), ServerError::bad_command},
      {handshake() + chunks({.payload = amf_string("connect")}), ServerError::bad_command},
      {kConnected + chunks({.payload = connect_to("live")}), ServerError::connect_again},
      {publisher_hello("live", "cam") + command("publish", 9, {amf_null(), amf_string("b")}),
       ServerError::stream_again},
      {publisher_hello("live", "cam") + command("play", 9, {amf_null(), amf_string("b")}), ServerError::stream_again},
      {publisher_hello("live", ""), ServerError::bad_name},
      {publisher_hello("live", "?key"), ServerError::bad_name},
      {publisher_hello("live", "a\nb"), ServerError::bad_name},
      {publisher_hello("live", "a\0b"s), ServerError::bad_name},
      {publisher_hello("live", std::string(RtmpServer::kMaxPathBytes, 'n')), ServerError::bad_name},
      {viewer_hello("live", "\x7f"), ServerError::bad_name},
      {kConnected + set_chunk_size(0), ServerError::chunks},
      {kConnected + sent(MediaKind::video, 0, std::string(RtmpServer::kMaxEarlyBytes + 1, 'x')), ServerError::chunks},
      {publisher_hello("live", "cam") + set_chunk_size(1 << 24) + full_header(6, 0, (1 << 24) - 1, 9) +
           std::string(RtmpServer::kMaxMediaBytes + 1, 'x'),
       ServerError::chunks},
  }));
  auto served = serve(row.sent);
  CHECK(served.server.error() == row.error);
  CHECK(served.events.back() == "failed");
  CHECK(served.server.error_words() != "no error");
  CHECK(served.server.feed("x").progress == ServerProgress::failed);
}

TEST_CASE("An aggregate message is taken apart") {
  const auto part = [](int type, std::uint32_t time, const std::string& payload) {
    return be(static_cast<std::uint64_t>(type), 1) + be(payload.size(), 3) + be(time & 0xffffff, 3) +
           be(time >> 24, 1) + be(0, 3) + payload + be(payload.size() + 11, 4);
  };
  const std::string parts = part(9, 1000, key_frame()) + part(1, 1001, "no media") + part(8, 1020, sound());
  const auto aggregate = [](const std::string& payload) {
    return chunks({.stream = 6, .type = 22, .payload = payload, .timestamp = 500});
  };
  const Lines expected{"publish live/cam", "video 500 " + key_frame(), "audio 520 " + sound()};
  CHECK(serve(publisher_hello("live", "cam") + aggregate(parts)).events == expected);
  CHECK(serve(publisher_hello("live", "cam") + aggregate(parts + "half a head")).events == expected);
  CHECK(serve(publisher_hello("live", "cam") + aggregate(parts + part(9, 0, "x").substr(0, 12))).events.size() <= 4);
  CHECK(serve(kConnected + aggregate(parts)).events.empty());
}

TEST_CASE("Bytes are acknowledged by the client's window") {
  Served served;
  served.feed(publisher_hello("live", "cam") + chunks({.stream = 2, .type = 5, .payload = be(20000, 4)}));
  served.client.take_lines();
  served.feed(sent(MediaKind::video, 0, std::string(19000, '\x27')));
  CHECK(served.client.take_lines().empty());
  served.feed(sent(MediaKind::video, 0, std::string(2000, '\x27')));
  CHECK(served.client.count("acknowledged 2") == 1);
}

TEST_CASE("A client is served alike wherever its bytes are cut") {
  const std::string bytes = publisher_hello("live", "cam?k") + sent(MediaKind::data, 0, metadata_of_size(640, 360)) +
                            sent(MediaKind::video, 0, video_header()) + sent(MediaKind::video, 40, key_frame()) +
                            sent(MediaKind::audio, 0x1000001, sound(std::string(300, 's'))) +
                            command("deleteStream", 0, {amf_null(), amf_number(1)}) +
                            command("play", 0, {amf_null(), amf_string("cam")});
  const auto whole = serve(bytes);
  CHECK(whole.events.size() == 7);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    if (cut > 2 && cut < 3000) cut = 3000; // within the handshake
    Served served;
    served.feed(std::string_view(bytes).substr(0, cut));
    served.feed(std::string_view(bytes).substr(cut));
    if (served.events != whole.events || served.client.lines() != whole.client.lines()) FAIL("a cut at " << cut);
  }
  Served by_bytes;
  for (const char byte : bytes)
    by_bytes.feed({&byte, 1});
  CHECK(by_bytes.events == whole.events);
}
