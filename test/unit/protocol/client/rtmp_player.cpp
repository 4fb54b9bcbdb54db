// SPDX-License-Identifier: Apache-2.0
#include "../rtmp/rtmp_samples.hpp"
#include "../server/server_talk.hpp"

#include <rtmpt_proxy/protocol/client/rtmp_player.hpp>
#include <rtmpt_proxy/protocol/rtmp/message_writer.hpp>
#include <rtmpt_proxy/protocol/server/rtmp_server.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;
using Lines = std::vector<std::string>;

namespace {

// A player, what it says after its handshake, and what it has understood.
struct Played {
  RtmpPlayer player{std::string(kHandshakeRandomBytes, 'r'), {"live", "rtmp://media/live", "cam"}};
  ServerListener server; // hears a client as well
  Lines events;          // "started", "video 40 <payload>", "stopped", "missing", "refused <code>", "failed"
  std::size_t said_bytes = 0;

  void feed(std::string_view bytes) {
    for (bool goes_on = true; goes_on;) {
      const auto [progress, consumed_bytes] = player.feed(bytes);
      REQUIRE(consumed_bytes <= bytes.size());
      bytes.remove_prefix(consumed_bytes);
      note(progress);
      const std::string said = player.take_output();
      said_bytes += said.size();
      server.hear(said);
      goes_on = progress != PlayerProgress::need_more && progress != PlayerProgress::failed;
      if (progress == PlayerProgress::need_more) REQUIRE(bytes.empty());
    }
  }

  void note(PlayerProgress progress) {
    const MediaMessage& message = player.message();
    switch (progress) {
    case PlayerProgress::need_more: return;
    case PlayerProgress::started: return events.push_back("started");
    case PlayerProgress::stopped: return events.push_back("stopped");
    case PlayerProgress::missing: return events.push_back("missing");
    case PlayerProgress::refused: return events.push_back("refused " + player.refusal());
    case PlayerProgress::failed: return events.push_back("failed");
    case PlayerProgress::media:
      return events.push_back((message.kind == MediaKind::audio   ? "audio "
                               : message.kind == MediaKind::video ? "video "
                                                                  : "data ") +
                              std::to_string(message.time) + " " + std::string(message.payload));
    }
  }
};

Played play(std::string_view bytes) {
  Played played;
  played.feed(bytes);
  return played;
}

std::string answer(std::string_view name, double transaction_id, const std::vector<std::string>& values) {
  std::string payload = amf_string(name) + amf_number(transaction_id);
  for (const std::string& value : values)
    payload += value;
  return chunks({.payload = payload});
}

std::string status(std::string_view code, std::string_view level = "status") {
  return answer("onStatus", 0, {amf_null(), amf_object({{"level", amf_string(level)}, {"code", amf_string(code)}})});
}

std::string user_control(int event, std::uint32_t value) {
  return chunks({.stream = 2, .type = 4, .payload = be(static_cast<std::uint64_t>(event), 2) + be(value, 4)});
}

const std::string kConnected =
    handshake() + answer("_result", 1,
                         {amf_null(), amf_object({{"level", amf_string("status")},
                                                  {"code", amf_string("NetConnection.Connect.Success")}})});
const std::string kCreated = kConnected + answer("_result", 2, {amf_null(), amf_number(1)});
const std::string kPlaying = kCreated + status("NetStream.Play.Reset") + status("NetStream.Play.Start");

} // namespace

TEST_CASE("A player asks for its stream step by step") {
  Played played;
  played.feed({});
  CHECK(played.said_bytes == 1 + kHandshakePartBytes);
  played.feed(handshake());
  CHECK(played.server.take_lines() == Lines{"handshake", "connect 1"});
  played.feed(kConnected.substr(kHandshakeBytes));
  CHECK(played.server.take_lines() == Lines{"createStream 2"});
  played.feed(kCreated.substr(kConnected.size()));
  CHECK(played.server.take_lines() == Lines{"play 3 = -2000"});
  CHECK(!played.player.has_started());
  played.feed(kPlaying.substr(kCreated.size()) + sent(MediaKind::data, 0, amf_string("|RtmpSampleAccess")) +
              sent(MediaKind::data, 0, amf_string("onMetaData") + amf_null()) +
              sent(MediaKind::video, 40, key_frame()) + sent(MediaKind::audio, 0x1000001, sound()));
  CHECK(played.player.has_started());
  CHECK(played.events == Lines{"started", "data 0 " + amf_string("onMetaData") + amf_null(), "video 40 " + key_frame(),
                               "audio 16777217 " + sound()});
  CHECK(played.server.take_lines().empty());
}

TEST_CASE("A player's messages are served by the server's side") {
  RtmpServer server(std::string(kHandshakeRandomBytes, 's'),
                    [](std::string_view, std::string_view) { return KeyedDigest{}; });
  RtmpPlayer player(std::string(kHandshakeRandomBytes, 'r'), {"live", "rtmp://media/live", "cam"});
  Lines events;
  for (int turn = 0; turn < 10; ++turn) {
    std::string to_server = player.take_output();
    for (std::string_view rest = to_server; !rest.empty();) {
      const auto [progress, consumed_bytes] = server.feed(rest);
      rest.remove_prefix(consumed_bytes);
      REQUIRE(progress != ServerProgress::failed);
      if (progress == ServerProgress::play) events.push_back("play " + server.request().path);
      if (progress == ServerProgress::play) server.start_playing();
    }
    for (std::string_view rest = to_server = server.take_output(); !rest.empty();) {
      const auto [progress, consumed_bytes] = player.feed(rest);
      rest.remove_prefix(consumed_bytes);
      REQUIRE(progress != PlayerProgress::failed);
      if (progress == PlayerProgress::started) events.push_back("started");
      if (progress == PlayerProgress::stopped) events.push_back("stopped");
    }
    if (turn == 7) server.end_playing();
  }
  CHECK(events == Lines{"play live/cam", "started", "stopped", "stopped"});
}

TEST_CASE("A player understands what becomes of its stream") {
  struct Row {
    std::string before;
    std::string said;
    Lines events;
  };
  const std::string denied =
      amf_object({{"level", amf_string("error")}, {"code", amf_string("NetConnection.Connect.Rejected")}});
  const auto row = GENERATE_COPY(values<Row>({
      {kPlaying, status("NetStream.Play.UnpublishNotify"), {"started", "stopped"}},
      {kPlaying, status("NetStream.Play.Stop"), {"started", "stopped"}},
      {kPlaying, user_control(1, 1), {"started", "stopped"}},
      {kPlaying, user_control(1, 2), {"started"}}, // another stream
      {kPlaying, status("NetStream.Play.PublishNotify"), {"started"}},
      {kCreated, status("NetStream.Play.StreamNotFound", "error"), {"missing"}},
      {kPlaying, status("NetStream.Play.StreamNotFound", "error"), {"started", "missing"}},
      {kCreated, status("NetStream.Play.Failed", "error"), {"refused NetStream.Play.Failed"}},
      {kCreated, status("Whatever", "error"), {"refused Whatever"}},
      {kCreated, status("a\nb", "error"), {"refused a\\nb"}},
      {kCreated, status("Whatever"), {}},
      {kCreated, answer("_error", 3, {amf_null(), amf_null()}), {"refused "}},
      {kCreated, answer("_error", 9, {amf_null(), amf_null()}), {}},
      {kConnected, answer("_error", 2, {amf_null(), amf_null()}), {"refused "}},
      {handshake(), answer("_error", 1, {amf_null(), denied}), {"refused NetConnection.Connect.Rejected"}},
      {kConnected, status("NetStream.Play.Start"), {}}, // of no stream yet
      {kConnected, sent(MediaKind::video, 0, key_frame()), {}},
      {kPlaying, sent(MediaKind::data, 0, amf_string("onStatus")), {"started"}},
      {kPlaying, answer("onBWDone", 0, {amf_null()}), {"started"}},
  }));
  Played played;
  played.feed(row.before);
  played.feed(row.said);
  CHECK(played.events == row.events);
}

TEST_CASE("A player answers pings, tells its window, and acknowledges") {
  Played played;
  played.feed(kPlaying);
  played.server.take_lines();
  played.feed(user_control(6, 77));
  CHECK(played.server.take_lines() == Lines{"pong 77"});
  played.feed(chunks({.stream = 2, .type = 6, .payload = be(500000, 4) + "\2"}));
  CHECK(played.server.take_lines() == Lines{"window 500000"});
  played.feed(chunks({.stream = 2, .type = 5, .payload = be(20000, 4)}));
  played.feed(sent(MediaKind::video, 0, std::string(19000, '\x27')));
  CHECK(played.server.take_lines().empty());
  played.feed(sent(MediaKind::video, 0, std::string(2000, '\x27')));
  CHECK(played.server.count("acknowledged 2") == 1);
}

TEST_CASE("A bad server is told from a good one") {
  struct Row {
    std::string said;
    PlayerError error;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"HTTP/1.1 400 Bad Request\r\n", PlayerError::handshake},
      {"\6" + std::string(1536, 'x'), PlayerError::handshake},
      {handshake() + chunks({.payload = "\xff\xff"}), PlayerError::bad_command},
      {handshake() + chunks({.payload = amf_string("_result")}), PlayerError::bad_command},
      {kConnected + answer("_result", 2, {amf_null()}), PlayerError::bad_stream},
      {kConnected + answer("_result", 2, {amf_null(), amf_number(0)}), PlayerError::bad_stream},
      {kConnected + answer("_result", 2, {amf_null(), amf_number(-1)}), PlayerError::bad_stream},
      {kConnected + answer("_result", 2, {amf_null(), amf_number(1e300)}), PlayerError::bad_stream},
      {kConnected + answer("_result", 2, {amf_null(), "\0\x7f\xf8\0\0\0\0\0\0"s}), PlayerError::bad_stream},
      {kConnected + set_chunk_size(0), PlayerError::chunks},
      {kConnected + sent(MediaKind::video, 0, std::string(RtmpPlayer::kMaxEarlyBytes + 1, 'x')), PlayerError::chunks},
      {kPlaying + set_chunk_size(1 << 24) + full_header(6, 0, (1 << 24) - 1, 9) +
           std::string(RtmpPlayer::kMaxMediaBytes + 1, 'x'),
       PlayerError::chunks},
  }));
  auto played = play(row.said);
  CHECK(played.player.error() == row.error);
  CHECK(played.events.back() == "failed");
  CHECK(played.player.error_words() != "no error");
  CHECK(played.player.feed("x").progress == PlayerProgress::failed);
}

TEST_CASE("A player takes an aggregate message apart") {
  const auto part = [](int type, std::uint32_t time, const std::string& payload) {
    return be(static_cast<std::uint64_t>(type), 1) + be(payload.size(), 3) + be(time & 0xffffff, 3) +
           be(time >> 24, 1) + be(0, 3) + payload + be(payload.size() + 11, 4);
  };
  const std::string parts = part(9, 1000, key_frame()) + part(1, 1001, "no media") + part(8, 1020, sound());
  const std::string aggregate = chunks({.stream = 6, .type = 22, .payload = parts, .timestamp = 500});
  CHECK(play(kPlaying + aggregate).events == Lines{"started", "video 500 " + key_frame(), "audio 520 " + sound()});
  CHECK(play(kConnected + aggregate).events.empty());
}

TEST_CASE("A server is understood alike wherever its bytes are cut") {
  const std::string bytes = kPlaying + user_control(6, 9) + sent(MediaKind::data, 0, metadata_of_size(640, 360)) +
                            sent(MediaKind::video, 0, video_header()) + sent(MediaKind::video, 40, key_frame()) +
                            sent(MediaKind::audio, 0x1000001, sound(std::string(300, 's'))) +
                            status("NetStream.Play.UnpublishNotify") + sent(MediaKind::video, 80, key_frame());
  const auto whole = play(bytes);
  CHECK(whole.events.size() == 7);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    if (cut > 2 && cut < 3000) cut = 3000; // within the handshake
    Played played;
    played.feed(std::string_view(bytes).substr(0, cut));
    played.feed(std::string_view(bytes).substr(cut));
    if (played.events != whole.events || played.server.lines() != whole.server.lines()) FAIL("a cut at " << cut);
  }
  Played by_bytes;
  for (const char byte : bytes)
    by_bytes.feed({&byte, 1});
  CHECK(by_bytes.events == whole.events);
}

TEST_CASE("What stands before a client's command can be passed on without it") {
  const std::string before =
      handshake() + chunks({.payload = connect_to("live/deep")}) + command("createStream", 2, {amf_null()});
  const std::string wanted = command("play", 3, {amf_null(), amf_string("cam?key=1")});
  for (std::size_t cut = 0; cut <= wanted.size(); ++cut) {
    RtmpServer server(std::string(kHandshakeRandomBytes, 's'),
                      [](std::string_view, std::string_view) { return KeyedDigest{}; });
    std::string all = before + wanted.substr(0, cut);
    ServerProgress progress = ServerProgress::need_more;
    const auto feed = [&](std::string_view rest) {
      while (!rest.empty() && progress == ServerProgress::need_more) {
        const auto fed = server.feed(rest);
        rest.remove_prefix(fed.consumed_bytes);
        progress = fed.progress;
      }
    };
    feed(all);
    const std::size_t known = cut == wanted.size() ? all.size() : before.size();
    if (server.whole_bytes() != known) FAIL("with " << cut << " bytes of the command");
    feed(std::string_view(wanted).substr(cut));
    if (progress != ServerProgress::play || server.bytes_before_command() != before.size()) FAIL("a cut at " << cut);
    if (server.request().path != "live/deep/cam" || server.request().app_bytes != 9) FAIL("path");
  }
}
