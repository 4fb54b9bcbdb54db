// SPDX-License-Identifier: Apache-2.0
#include "rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>
#include <rtmpt_proxy/protocol/rtmp/stream_gate.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;

namespace {

constexpr auto kBehind = StreamGate::Begin::behind_handshake;
constexpr auto kAtHandshake = StreamGate::Begin::at_handshake;

// A gate whose media nobody asks for.
struct Gate {
  explicit Gate(StreamGate::Begin begin = kBehind) : gate(begin) {}
  std::size_t feed(std::string_view bytes) { return gate.feed(bytes, media); }

  StreamGate gate;
  PublishedMedia media;
};

std::string command(const std::string& payload, std::uint8_t type = 20) {
  return chunks({3, type, payload});
}

// On that message stream instead of 1.
std::string on_stream(std::uint32_t message_stream, std::string message) {
  for (std::size_t i = 0; i < 4; ++i)
    message[8 + i] = static_cast<char>(message_stream >> (8 * i));
  return message;
}

std::string naming(std::string_view name, const std::string& argument) {
  return amf_string(name) + amf_number(3) + amf_null() + argument;
}

const std::string kConnect = command(connect_to("live"));
const std::string kCreate = command(amf_string("createStream") + amf_number(4) + amf_null());
const std::string kPublish = command(start_payload("publish", "cam?key=secret"));
const std::string kPlay = command(start_payload("play", "cam"));
const std::string kPicture = chunks({6, 9, std::string(300, 'v')});

} // namespace

TEST_CASE("Each connect of RTMPT, publish and play is asked about, and held from its first byte on", "[stream gate]") {
  const std::string play2 =
      command(naming("play2", amf_object({{"len", amf_number(-1)}, {"streamName", amf_string("cam?key=secret")}})));
  struct Row {
    StreamGate::Begin begin;
    std::string front;
    std::string command;
    GatedCommand expected;
  };
  for (const Row& row : {
           Row{kAtHandshake, handshake() + set_chunk_size(128), kConnect, {GatedKind::connect, "", 1, 1, false}},
           Row{kBehind, kConnect + kCreate, kPublish, {GatedKind::publish, "cam?key=secret", 5, 1, false, "live"}},
           Row{kBehind, kConnect + kCreate, kPlay, {GatedKind::play, "cam", 5, 1, false}},
           Row{kBehind, kConnect, on_stream(7, kPlay), {GatedKind::play, "cam", 5, 7, false}},
           Row{kBehind, kConnect, play2, {GatedKind::play2, "cam?key=secret", 3, 1, false}},
           Row{kBehind,
               kConnect,
               command('\0' + start_payload("publish", "a"), 17),
               {GatedKind::publish, "a", 5, 1, true, "live"}},
           Row{kBehind,
               kConnect,
               kPublish.substr(0, 0) + chunks({70, 20, start_payload("play", std::string(700, 'n'))}),
               {GatedKind::play, std::string(700, 'n'), 5, 1, false}},
       }) {
    CAPTURE(row.front.size(), to_string(row.expected.kind));
    const std::string bytes = row.front + row.command + kPicture;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      Gate one(row.begin);
      const std::size_t followed = one.feed(std::string_view(bytes).substr(0, cut));
      CHECK(followed == std::min(cut, row.front.size() + row.command.size()));
      CHECK(one.gate.passable_bytes() <= row.front.size());
      if (cut >= row.front.size()) CHECK(one.gate.passable_bytes() == row.front.size());
      one.feed(std::string_view(bytes).substr(followed));
      REQUIRE(one.gate.is_asking());
      CHECK(one.gate.command() == row.expected);
      CHECK(one.gate.followed_bytes() == row.front.size() + row.command.size());
      CHECK(one.gate.passable_bytes() == row.front.size());
      CHECK(one.feed(kPicture) == 0);
      one.gate.allow();
      CHECK_FALSE(one.gate.is_asking());
      CHECK(one.gate.passable_bytes() == one.gate.followed_bytes());
      CHECK(one.gate.fault() == GateFault::none);
      CHECK(one.gate.connect().app == "live");
    }
  }
}

TEST_CASE("What is allowed is no permission for the next one", "[stream gate]") {
  Gate one;
  one.feed(kConnect);
  CHECK_FALSE(one.gate.is_asking());
  for (int i = 0; i < 40; ++i) {
    CHECK(one.feed(kPublish + kPicture) == kPublish.size());
    one.gate.allow();
    CHECK(one.feed(kPicture) == kPicture.size());
    CHECK(one.feed(kPlay) == kPlay.size());
    CHECK(one.gate.is_asking());
    one.gate.allow();
  }
  CHECK(one.gate.passable_bytes() == one.gate.followed_bytes());
  CHECK(one.gate.fault() == GateFault::none);
}

TEST_CASE("Chunks of other messages between those of a command are held with it, and what stands in front passes",
          "[stream gate]") {
  const std::string payload = start_payload("publish", std::string(300, 'n'));
  const std::string whole = chunks({3, 20, payload});
  const std::string first = whole.substr(0, 12 + 128);
  const std::string rest = whole.substr(first.size());
  const std::string acknowledgement = chunks({2, kAcknowledgementMessage, be(77, 4)});
  const std::string bytes = kConnect + kCreate + first + acknowledgement + rest + kPicture;
  const std::size_t front = kConnect.size() + kCreate.size();
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Gate one;
    one.feed(std::string_view(bytes).substr(one.feed(std::string_view(bytes).substr(0, cut))));
    REQUIRE(one.gate.is_asking());
    CHECK(one.gate.passable_bytes() == front);
    CHECK(one.gate.followed_bytes() == bytes.size() - kPicture.size());
    one.gate.allow();
    CHECK(one.gate.passable_bytes() == bytes.size() - kPicture.size());
  }
}

TEST_CASE("A command that begins within another one's chunks stays held when that one is allowed", "[stream gate]") {
  const std::string publish = chunks({3, 20, start_payload("publish", std::string(300, 'n'))});
  const std::string play = chunks({4, 20, start_payload("play", std::string(300, 'm'))});
  constexpr std::size_t kFirst = 12 + 128;
  const std::string bytes = kConnect + publish.substr(0, kFirst) + play.substr(0, kFirst) + publish.substr(kFirst);
  Gate one;
  CHECK(one.feed(bytes + play.substr(kFirst)) == bytes.size());
  CHECK(one.gate.passable_bytes() == kConnect.size());
  one.gate.allow();
  CHECK(one.gate.passable_bytes() == kConnect.size() + kFirst);
  one.feed(play.substr(kFirst));
  REQUIRE(one.gate.is_asking());
  CHECK(one.gate.command().kind == GatedKind::play);
  CHECK(one.gate.passable_bytes() == kConnect.size() + kFirst);
  one.gate.allow();
  CHECK(one.gate.passable_bytes() == bytes.size() + play.size() - kFirst);
}

TEST_CASE("A long command of another name, and long data of a publisher, are not held", "[stream gate]") {
  const std::string call = chunks({3, 20, amf_string("call") + amf_number(1) + amf_string(std::string(40'000, 'x'))});
  const std::string data =
      chunks({4, kAmf0DataMessage, amf_string("@setDataFrame") + amf_string(std::string(60'000, 'x'))});
  Gate one;
  one.feed(kConnect + kPublish);
  one.gate.allow();
  for (const std::string& message : {call, data, kPicture}) {
    const std::uint64_t before = one.gate.followed_bytes();
    one.feed(message.substr(0, message.size() - 100));
    CHECK(one.gate.passable_bytes() == before + message.size() - 100);
    one.feed(message.substr(message.size() - 100));
    CHECK(one.gate.passable_bytes() == before + message.size());
  }
  CHECK(one.gate.fault() == GateFault::none);
}

TEST_CASE("A permission to publish ends with its stream", "[stream gate]") {
  const std::string close = command(amf_string("closeStream") + amf_number(0) + amf_null());
  for (const std::string& end :
       {command(naming("deleteStream", amf_number(1))), command(naming("deleteStream", amf_string("cam"))), close,
        command(naming("publish", amf_boolean(false)))}) {
    Gate one;
    one.feed(kConnect + kPublish);
    one.gate.allow();
    one.feed(kPicture + end);
    CHECK(one.gate.fault() == GateFault::none);
    CHECK_FALSE(one.gate.is_asking());
    one.feed(kPicture);
    CHECK(one.gate.fault() == GateFault::unpublished_media);
  }
  Gate other;
  other.feed(kConnect + kPublish);
  other.gate.allow();
  other.feed(command(naming("deleteStream", amf_number(2))) + on_stream(2, close) + kPicture);
  CHECK(other.gate.fault() == GateFault::none);
}

TEST_CASE("FCUnpublish may name what was announced or published last, and nothing else", "[stream gate]") {
  const auto end = [](std::string_view name) { return command(naming("FCUnpublish", amf_string(name))); };
  const std::string announce = command(naming("FCPublish", amf_string("cam?key=secret")));
  Gate good;
  good.feed(kConnect + announce + end("cam?key=secret") + kPublish);
  REQUIRE(good.gate.is_asking());
  good.gate.allow();
  good.feed(end("cam?key=secret"));
  CHECK(good.gate.fault() == GateFault::none);
  CHECK(good.gate.passable_bytes() == good.gate.followed_bytes());
  good.feed(end("secret"));
  CHECK(good.gate.fault() == GateFault::other_name);
}

TEST_CASE("A client that names no stream is asked about like any other", "[stream gate]") {
  Gate one;
  one.feed(kConnect + command(start_payload("publish", "")));
  REQUIRE(one.gate.is_asking());
  CHECK(one.gate.command() == GatedCommand{GatedKind::publish, "", 5, 1, false, "live"});
}

TEST_CASE("What could mean two things to media servers does not pass, wherever it is cut", "[stream gate]") {
  const std::string release = command(naming("releaseStream", amf_string("other")));
  struct Row {
    std::string bytes;
    GateFault fault;
    StreamGate::Begin begin = kBehind;
  };
  const std::vector<Row> rows{
      {kConnect + kConnect, GateFault::second_connect},
      {kConnect + command("\0"s + connect_to("x"), 17), GateFault::second_connect},
      {kConnect + command(start_payload("Publish", "cam")), GateFault::bad_command},
      {kConnect + command(start_payload("play\0x"s, "cam")), GateFault::bad_command},
      {kConnect + command(amf_long_string("publish") + amf_number(1)), GateFault::bad_command},
      {kConnect + command(start_payload("publish", "cam"), 17), GateFault::bad_command},
      {kConnect + command("\2\0\xFFshort"s), GateFault::bad_command},
      {kConnect + command(""), GateFault::bad_command},
      {kConnect + command("\0"s, 17), GateFault::bad_command},
      {kConnect + command(amf_string("publish") + amf_string("cam")), GateFault::bad_command},
      {kConnect + command(amf_string("publish") + amf_number(1) + amf_string("cam")), GateFault::bad_command},
      {kConnect + command(naming("publish", amf_number(1))), GateFault::bad_command},
      {kConnect + command(naming("publish", amf_null())), GateFault::bad_command},
      {kConnect + command(naming("publish", "\6")), GateFault::bad_command},
      {kConnect + command(naming("publish", "")), GateFault::bad_command},
      {kConnect + command(naming("publish", amf_boolean(true))), GateFault::bad_command},
      {kConnect + command(naming("publish", amf_long_string("cam"))), GateFault::bad_command},
      {kConnect + command(naming("play", amf_null())), GateFault::bad_command},
      {kConnect + command(naming("play", amf_boolean(false))), GateFault::bad_command},
      {kConnect + command(naming("play", "")), GateFault::bad_command},
      {kConnect + command(naming("play", amf_long_string("cam"))), GateFault::bad_command},
      {kConnect + command(naming("play2", amf_object({{"streamName", amf_long_string("cam")}}))),
       GateFault::bad_command},
      {kConnect + command(naming("FCPublish", amf_long_string("cam"))), GateFault::bad_command},
      {kConnect + command(naming("fcunpublish", amf_string("cam"))), GateFault::bad_command},
      {kConnect + command(naming("publish", "\x11\x06\x07"s)), GateFault::bad_command},
      {kConnect + command(naming("publish", amf_string(std::string(5000, 'n')))), GateFault::bad_command},
      {kConnect + command(naming("play2", amf_string("cam"))), GateFault::bad_command},
      {kConnect + command(naming("play2", amf_object({{"start", amf_number(0)}}))), GateFault::bad_command},
      {kConnect +
           command(naming("play2", amf_object({{"streamName", amf_string("a")}, {"streamName", amf_string("b")}}))),
       GateFault::bad_command},
      {kConnect + command(naming("deleteStream", amf_number(-1))), GateFault::bad_command},
      {kConnect + command(naming("deleteStream", amf_boolean(true))), GateFault::bad_command},
      {kConnect + abort_message(3), GateFault::hiding},
      {kConnect + chunks({5, kAggregateMessage, std::string(30, 'a')}), GateFault::hiding},
      {kConnect + chunks({5, kAmf0SharedObjectMessage, be(7, 2) + "publish"}), GateFault::hiding},
      {kConnect + chunks({5, kAmf3SharedObjectMessage, be(4, 2) + "PLAY"}), GateFault::hiding},
      {kConnect + chunks({5, kAmf3SharedObjectMessage, "\0"s + be(4, 2) + "play"}), GateFault::hiding},
      {kConnect + kPicture, GateFault::unpublished_media},
      {kConnect + chunks({6, 8, "a"}), GateFault::unpublished_media},
      {kConnect + chunks({5, kAmf0DataMessage, amf_string("@setDataFrame")}), GateFault::unpublished_media},
      {kConnect + chunks({5, kAmf3DataMessage, "\0"s + amf_string("onMetaData")}), GateFault::unpublished_media},
      {kConnect + set_chunk_size(0), GateFault::bad_chunks},
      {kConnect + set_chunk_size(1 << 24) + kPicture, GateFault::bad_chunks},
      {kConnect + set_chunk_size(65536) + set_chunk_size(128) + kPicture, GateFault::bad_chunks},
      {kConnect + command(std::string(70'000, 'x')), GateFault::bad_chunks},
      {kConnect + release + kPublish, GateFault::other_name},
      {kConnect + command(naming("FCPublish", amf_string("a"))) + release, GateFault::other_name},
      {kConnect + command(naming("FCUnpublish", amf_string("secret"))), GateFault::other_name},
      {kConnect + release + command(naming("FCUnpublish", amf_string("secret"))), GateFault::other_name},
      {kCreate, GateFault::no_connect},
      {kPublish, GateFault::no_connect},
      {kPicture, GateFault::unpublished_media},
      {command(connect_payload({{"app", amf_string("a")}, {"app", amf_string("b")}})), GateFault::bad_command},
      {command(amf_string("connect") + amf_number(1)), GateFault::bad_command},
      {"GET / HTTP/1.1\r\n\r\n", GateFault::not_rtmp, kAtHandshake},
      {handshake(6), GateFault::encrypted, kAtHandshake},
      {handshake() + kCreate, GateFault::no_connect, kAtHandshake},
  };
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string& bytes = rows[row].bytes;
    const std::size_t step = bytes.size() > 4000 ? 97 : 1;
    for (std::size_t cut = 0; cut <= bytes.size(); cut += step) {
      CAPTURE(row, cut);
      Gate one(rows[row].begin);
      const std::size_t followed = one.feed(std::string_view(bytes).substr(0, cut));
      one.feed(std::string_view(bytes).substr(followed));
      CHECK(to_string(one.gate.fault()) == to_string(rows[row].fault));
      CHECK_FALSE(one.gate.is_asking());
      CHECK(one.gate.passable_bytes() < bytes.size());
      const std::uint64_t passable = one.gate.passable_bytes();
      CHECK(one.feed(kPicture) == 0);
      CHECK(one.gate.passable_bytes() == passable);
    }
  }
}

TEST_CASE("Data whose name is a command's are a fault for a publisher as well", "[stream gate]") {
  for (const std::string& data :
       {chunks({5, kAmf0DataMessage, start_payload("publish", "x")}), chunks({5, kAmf0DataMessage, connect_to("x")}),
        chunks({5, kAmf3DataMessage, "\0"s + start_payload("FCPublish", "x")}),
        chunks({5, kAmf3DataMessage, start_payload("play", "x")})}) {
    Gate one;
    one.feed(kConnect + kPublish);
    one.gate.allow();
    const std::uint64_t before = one.gate.followed_bytes();
    one.feed(data);
    CHECK(one.gate.fault() == GateFault::hiding);
    CHECK(one.gate.passable_bytes() == before);
  }
}

TEST_CASE("Data for whose name commands under way leave no room are a fault", "[stream gate]") {
  Gate one;
  one.feed(kConnect + kPublish);
  one.gate.allow();
  one.feed(set_chunk_size(65'500 - 128) +
           chunks({3, 20, amf_string("call") + std::string(65'500, 'x'), 65'372}).substr(0, 12 + 65'372));
  CHECK(one.gate.fault() == GateFault::none);
  one.feed(chunks({5, kAmf0DataMessage, start_payload("publish", std::string(500, 'x')), 65'372}));
  CHECK(one.gate.fault() == GateFault::hiding);
}

TEST_CASE("A command whose chunks lie far apart is a fault", "[stream gate]") {
  const std::string whole = chunks({3, 20, start_payload("play", std::string(200, 'n'))});
  const std::string first = whole.substr(0, 12 + 128);
  Gate one;
  one.feed(kConnect + kPublish);
  one.gate.allow();
  const std::uint64_t before = one.gate.followed_bytes();
  one.feed(first);
  for (int i = 0; i < 200 && one.gate.fault() == GateFault::none; ++i)
    one.feed(kPicture);
  CHECK(one.gate.fault() == GateFault::spread_command);
  CHECK(one.gate.followed_bytes() - before <= kMaxGatedSpreadBytes + 8192);
}

TEST_CASE("A message cannot change its message stream within itself", "[stream gate]") {
  const std::string publish = chunks({3, 20, start_payload("publish", std::string(300, 'n'))});
  const std::string again = on_stream(9, full_header(3, 0, start_payload("publish", std::string(300, 'n')).size(), 20));
  Gate one;
  one.feed(kConnect + publish.substr(0, 12 + 128) + again);
  CHECK(one.gate.fault() == GateFault::bad_chunks);
}

TEST_CASE("What publishers send is known as elsewhere", "[stream gate]") {
  Gate one(kAtHandshake);
  std::string bytes = obs_stream();
  for (int verdicts = 0; !bytes.empty(); ++verdicts) {
    bytes.erase(0, one.feed(bytes));
    REQUIRE(one.gate.fault() == GateFault::none);
    if (one.gate.is_asking()) one.gate.allow();
    REQUIRE(verdicts < 3);
  }
  CHECK(one.gate.passable_bytes() == obs_stream().size());
  CHECK(one.media.video_codec().empty());
}
