// SPDX-License-Identifier: Apache-2.0
#include "rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/stream_inspector.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;
using State = InspectionState;
using Kind = StreamKind;

namespace {

StreamFacts inspect(std::string_view bytes, std::size_t cut = 0) {
  StreamInspector inspector;
  inspector.feed(bytes.substr(0, cut));
  inspector.feed(bytes.substr(cut));
  return inspector.facts();
}

StreamFacts inspect_by_bytes(std::string_view bytes) {
  StreamInspector inspector;
  for (std::size_t at = 0; at < bytes.size(); ++at)
    inspector.feed(bytes.substr(at, 1));
  return inspector.facts();
}

StreamFacts facts(State state, Kind kind, std::string app, std::string stream, std::string flash_version) {
  StreamFacts facts;
  facts.state = state;
  facts.kind = kind;
  facts.app = std::move(app);
  facts.stream_name = std::move(stream);
  facts.flash_version = std::move(flash_version);
  return facts;
}

std::string words_of(const StreamFacts& facts) {
  return std::string(to_string(facts.state)) + " " + std::string(to_string(facts.kind)) + " '" + facts.app + "' '" +
         facts.stream_name + "' '" + facts.flash_version + "'" + (facts.is_app_cut ? " app cut" : "") +
         (facts.is_stream_name_cut ? " name cut" : "") + (facts.is_flash_version_cut ? " version cut" : "") + " " +
         std::string(facts.problem);
}

// Real clients' first bytes, recorded between them and nginx-rtmp.
std::string recorded(const std::string& name) {
  std::ifstream file(std::filesystem::path(RTMPT_STREAM_CORPUS) / name, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.empty()) FAIL("cannot read " << name << " in " << RTMPT_STREAM_CORPUS);
  return bytes;
}

struct Row {
  std::string bytes;
  StreamFacts facts;
  std::string reason;
};

const std::string kVersion = "LNX 9,0,124,2";

std::string publishing(std::string_view app, std::string_view name) {
  return client_stream({connect_to(app), start_payload("publish", name)});
}

std::string command(std::string_view name, const std::string& rest) {
  return amf_string(name) + amf_number(2) + rest;
}

std::vector<Row> good_rows() {
  const auto live = [](Kind kind, std::string app, std::string stream) {
    return facts(State::known, kind, std::move(app), std::move(stream), kVersion);
  };
  const std::string publish = start_payload("publish", "camera");
  const std::string amf3_handshake = handshake() + chunks({.type = 17, .payload = "\0"s + connect_to("live")});
  return {
      {recorded("ffmpeg_publish"),
       facts(State::known, Kind::publish, "live", "camera", "FMLE/3.0 (compatible; Lavf59.27.100)"),
       "ffmpeg publishes"},
      {recorded("ffmpeg_play"), facts(State::known, Kind::play, "live", "camera", "LNX 9,0,124,2"), "ffmpeg plays"},
      {recorded("rtmpdump_play"), facts(State::known, Kind::play, "live", "camera", "LNX 10,0,32,18"),
       "rtmpdump plays"},
      {recorded("librtmp_publish"), facts(State::known, Kind::publish, "live", "librtmp", ""),
       "librtmp publishes, without flashVer"},
      {obs_stream(), facts(State::known, Kind::publish, "live", "studio", "FMLE/3.0 (compatible; FMSc/1.0)"),
       "OBS Studio with enhanced RTMP"},
      {publishing("live", "camera"), live(Kind::publish, "live", "camera"), "the plainest"},
      {client_stream({connect_to("live"), start_payload("play", "camera")}), live(Kind::play, "live", "camera"),
       "play"},
      {publishing("live/", "camera"), live(Kind::publish, "live", "camera"), "a slash behind app"},
      {publishing("live/room//", "a/b/"), live(Kind::publish, "live/room", "a/b/"), "slashes"},
      {publishing("live?key=secret/", "camera?key=secret?"), live(Kind::publish, "live", "camera"), "queries"},
      {publishing("live/?key=secret", "?key=secret"), live(Kind::publish, "live", ""), "a name that is all query"},
      {publishing("", ""), live(Kind::publish, "", ""), "empty names"},
      {publishing("?", "?"), live(Kind::publish, "", ""), "names that are question marks"},
      {client_stream({publish}), facts(State::known, Kind::publish, "", "camera", ""), "no connect"},
      {amf3_handshake + chunks({.type = 17, .payload = "\0"s + publish}), live(Kind::publish, "live", "camera"),
       "AMF3 commands"},
      {amf3_handshake + chunks({.type = 17, .payload = publish}), live(Kind::publish, "live", "camera"),
       "AMF3 commands without the byte in front"},
      {client_stream({connect_to("first"), connect_to("live"), publish}), live(Kind::publish, "live", "camera"),
       "connect again"},
      {client_stream({connect_to("live"), start_payload("releaseStream", "other"), start_payload("FCPublish", "other"),
                      start_payload("play2", "other"), publish}),
       live(Kind::publish, "live", "camera"), "commands of no interest"},
      {client_stream({connect_to("live"), command("publish", amf_null() + amf_boolean(false)),
                      command("play", amf_null() + amf_null()), command("play", amf_null()), publish}),
       live(Kind::publish, "live", "camera"), "publish(false), play(null), play()"},
      {client_stream({connect_to("live"), publish, start_payload("play", "other")}),
       live(Kind::publish, "live", "camera"), "the first counts"},
      {client_stream({connect_to("live"), amf_number(1) + publish, publish}), live(Kind::publish, "live", "camera"),
       "a command that begins with a number"},
      {client_stream(
           {connect_payload(
                {{"app", amf_string("live")}, {"flashVer", amf_string(kVersion)}, {"x", "\x11 whatever follows"s}}),
            publish}),
       live(Kind::publish, "live", "camera"), "AMF3 within connect, behind what matters"},
      {client_stream({connect_payload({{"app", amf_string("live")}, {"x", "\x04"s}}), publish}),
       facts(State::known, Kind::publish, "live", "camera", ""), "a bad value in connect behind app"},
      {client_stream({connect_payload({{"flashVer", amf_string(kVersion)},
                                       {"o", amf_object({{"app", amf_string("inner")}})},
                                       {"app", amf_long_string("live")}}),
                      publish}),
       live(Kind::publish, "live", "camera"), "another app in an inner object"},
      {client_stream({command("connect", amf_null()), publish}), facts(State::known, Kind::publish, "", "camera", ""),
       "connect without properties"},
      {client_stream(
           {connect_payload({}), command("publish", amf_object({{"k", amf_string("no")}}) + amf_string("n"))}),
       facts(State::known, Kind::publish, "", "n", ""), "a command object in publish"},
      {handshake() + chunks({.type = 9, .payload = std::string(5000, 'v')}) +
           client_stream({connect_to("live"), publish}).substr(handshake().size()),
       live(Kind::publish, "live", "camera"), "a picture in front"},
      {publishing("live", "a\"b\\c\n<script>\xff\0z"s), live(Kind::publish, "live", "a\"b\\c\n<script>\xff\0z"s),
       "any bytes stay as they are"},
  };
}

struct BadRow {
  std::string bytes;
  std::string words;
  std::string reason;
};

std::vector<BadRow> bad_rows() {
  const std::string start = client_stream({connect_to("live")});
  const std::string looking = "looking none 'live' '' '" + kVersion + "' ";
  const auto unparsable = [](const std::string& problem) {
    return "unparsable none 'live' '' '" + kVersion + "' " + problem;
  };
  const std::string truncated = "the message ends within a value";
  return {
      {"", "looking none '' '' '' ", "nothing"},
      {handshake(), "looking none '' '' '' ", "a handshake"},
      {start, looking, "no publish"},
      {handshake(6), "encrypted none '' '' '' ", "RTMPE"},
      {handshake(8), "encrypted none '' '' '' ", "RTMPE with XTEA"},
      {handshake(9), "encrypted none '' '' '' ", "RTMPE with Blowfish"},
      {"GET / HTTP/1.1\r\n\r\n", "unparsable none '' '' '' the first byte is no version of RTMP", "HTTP"},
      {"\x16\x03\x01", "unparsable none '' '' '' the first byte is no version of RTMP", "TLS"},
      {std::string(1, '\0'), "unparsable none '' '' '' the first byte is no version of RTMP", "zero"},
      {start + basic_header(3, 9), unparsable("a chunk stream begins without a message's length"), "no header"},
      {start + set_chunk_size(0), unparsable("the chunk size is not 1 to 2147483647"), "chunks of nothing"},
      {start + full_header(3, 0, 200, 20) + std::string(128, 'x') + full_header(3, 0, 60000, 20),
       unparsable("a message changes its length, type or stream within itself"), "CVE-2016-10191"},
      {start + full_header(3, 0, 70000, 20), unparsable("commands take over 65536 bytes"), "a command of 70,000 bytes"},
      {client_stream({connect_to("live"), amf_string("publish")}) + chunks({.payload = "\x02\xff\xff"
                                                                                       "publish"}),
       unparsable(truncated), "a string longer than its message (CVE-2012-4750)"},
      {client_stream({connect_to("live"), start_payload("publish", "camera").substr(0, 25)}), unparsable(truncated),
       "publish cut in its name"},
      {client_stream({connect_to("live"), command("play", "\x04")}), unparsable("a value's marker is none of AMF0"),
       "a bad value in play"},
      {client_stream({connect_to("live"), command("play", amf_null() + "\x11\x0a")}), unparsable("a value is AMF3"),
       "an AMF3 value in play (CVE-2015-8271)"},
      {handshake() + chunks({.payload = connect_payload({{"x", "\x04"}, {"app", amf_string("live")}})}),
       "unparsable none '' '' '' a value's marker is none of AMF0", "a bad value in connect before app"},
      {handshake() + chunks({.payload = connect_payload(Properties(300, {"k", amf_null()}))}),
       "unparsable none '' '' '' there are over 256 properties", "300 properties"},
  };
}

} // namespace

TEST_CASE("What a client publishes or plays is learnt from its first bytes", "[stream_inspector]") {
  for (const Row& row : good_rows()) {
    INFO(row.reason);
    CHECK(words_of(inspect(row.bytes)) == words_of(row.facts));
    CHECK(inspect_by_bytes(row.bytes) == row.facts);
    for (std::size_t cut = 0; cut <= row.bytes.size(); ++cut)
      if (inspect(row.bytes, cut) != row.facts) FAIL("cut at " << cut << ": " << words_of(inspect(row.bytes, cut)));
  }
}

TEST_CASE("A stream that cannot be read is marked so, and keeps what was known", "[stream_inspector]") {
  for (const BadRow& row : bad_rows()) {
    INFO(row.reason);
    const StreamFacts facts = inspect(row.bytes);
    CHECK(words_of(facts) == row.words);
    CHECK(inspect_by_bytes(row.bytes) == facts);
    for (std::size_t cut = 0; cut <= row.bytes.size(); ++cut)
      if (inspect(row.bytes, cut) != facts) FAIL("cut at " << cut << ": " << words_of(inspect(row.bytes, cut)));
    if (facts.state == State::looking) continue;
    StreamInspector inspector; // once done it stays
    inspector.feed(row.bytes);
    inspector.feed(publishing("other", "other"));
    CHECK(inspector.facts() == facts);
    CHECK(inspector.held_bytes() == 0);
  }
}

TEST_CASE("Every first byte is decided", "[stream_inspector]") {
  std::set<int> plain;
  std::set<int> encrypted;
  for (int version = 0; version < 256; ++version) {
    const State state = inspect(std::string(1, static_cast<char>(version))).state;
    if (state == State::looking) plain.insert(version);
    if (state == State::encrypted) encrypted.insert(version);
  }
  CHECK(plain == std::set<int>{3});
  CHECK(encrypted == std::set<int>{6, 8, 9});
}

TEST_CASE("Names are kept up to their limits and marked when they are cut", "[stream_inspector]") {
  const auto of_size = [](std::size_t bytes) { return std::string(bytes, 'n'); };
  const StreamFacts full = inspect(publishing(of_size(kMaxAppBytes), of_size(kMaxStreamNameBytes)));
  CHECK(full.app.size() == kMaxAppBytes);
  CHECK(full.stream_name.size() == kMaxStreamNameBytes);
  CHECK_FALSE(full.is_app_cut);
  CHECK_FALSE(full.is_stream_name_cut);
  const StreamFacts cut = inspect(publishing(of_size(kMaxAppBytes + 1), of_size(kMaxStreamNameBytes + 1)));
  CHECK(cut.app.size() == kMaxAppBytes);
  CHECK(cut.is_app_cut);
  CHECK(cut.stream_name.size() == kMaxStreamNameBytes);
  CHECK(cut.is_stream_name_cut);
  const StreamFacts between = inspect(publishing("live", of_size(kMaxStreamNameBytes - 1) + "\xc3\xa9"));
  CHECK(between.stream_name.size() == kMaxStreamNameBytes - 1);
  CHECK(between.is_stream_name_cut);
  const StreamFacts query = inspect(publishing("live", of_size(kMaxStreamNameBytes) + "?" + of_size(5000)));
  CHECK(query.stream_name.size() == kMaxStreamNameBytes);
  CHECK_FALSE(query.is_stream_name_cut);
  const std::string version = of_size(kMaxFlashVersionBytes + 1);
  const StreamFacts client = inspect(client_stream(
      {connect_payload({{"app", amf_string("live")}, {"flashVer", amf_string(version)}}), start_payload("play", "c")}));
  CHECK(client.flash_version.size() == kMaxFlashVersionBytes);
  CHECK(client.is_flash_version_cut);
}

TEST_CASE("64 kB of AMF are read, and one byte more is not", "[stream_inspector]") {
  const std::string rest = start_payload("publish", "").substr(amf_string("publish").size());
  const std::string head = amf_string("publish") + amf_number(5) + amf_null();
  const std::string name(65536 - head.size() - 5, 'x');
  const StreamFacts facts = inspect(client_stream({connect_to("live"), head + amf_long_string(name)}));
  CHECK(facts.state == State::known);
  CHECK(facts.stream_name == name.substr(0, kMaxStreamNameBytes));
  CHECK(facts.is_stream_name_cut);
  const StreamFacts over = inspect(client_stream({connect_to("live"), head + amf_long_string(name + "x")}));
  CHECK(over.state == State::unparsable);
  CHECK(over.app == "live");
}

TEST_CASE("A client that neither publishes nor plays is given up at the limits", "[stream_inspector]") {
  const std::string start = client_stream({connect_to("live")});
  const std::string ping = chunks({.stream = 2, .type = 4, .payload = "sixsix"});
  const std::string publish = chunks({.payload = start_payload("publish", "camera")});
  const auto pings = [&ping](std::size_t count) {
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i)
      bytes += ping;
    return bytes;
  };
  CHECK(inspect(start + pings(kMaxInspectedMessages - 2) + publish).state == State::known);
  const StreamFacts messages = inspect(start + pings(kMaxInspectedMessages - 1) + publish);
  CHECK(messages.state == State::gave_up);
  CHECK(messages.app == "live");

  const auto video = [](std::size_t bytes) {
    return set_chunk_size(1u << 24) +
           chunks({.stream = 4, .type = 9, .payload = std::string(bytes, 'v'), .chunk_size = 1u << 24});
  };
  const std::size_t around = (start + video(0) + publish).size();
  const std::string last = start + video(kMaxInspectedBytes - around) + publish;
  CHECK(last.size() == kMaxInspectedBytes);
  CHECK(inspect(last).state == State::known);
  CHECK(inspect(last, kMaxInspectedBytes - 1).state == State::known);
  const std::string over = start + video(kMaxInspectedBytes - around + 1) + publish;
  for (const std::size_t cut : {std::size_t{0}, std::size_t{5000}, kMaxInspectedBytes - 1, kMaxInspectedBytes})
    CHECK(inspect(over, cut).state == State::gave_up);
}

TEST_CASE("Looking takes little memory, and none when it is done", "[stream_inspector]") {
  constexpr std::size_t kFewHundredBytes = 512;
  StreamInspector inspector;
  CHECK(sizeof(inspector) + inspector.held_bytes() <= kFewHundredBytes);
  const std::string bytes = obs_stream();
  std::size_t most_bytes = 0;
  for (std::size_t at = 0; at < bytes.size() && !inspector.is_done(); ++at) {
    inspector.feed(bytes.substr(at, 1));
    most_bytes = std::max(most_bytes, inspector.held_bytes());
  }
  CHECK(inspector.facts().stream_name == "studio");
  CHECK(most_bytes <= 4096);
  CHECK(inspector.held_bytes() == 0);
  StreamInspector moved = std::move(inspector);
  CHECK(moved.facts().stream_name == "studio");
}
