// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <catch2/catch.hpp>

#include <map>

using namespace rtmpt_proxy::protocol;

namespace {

struct Understood {
  std::string name;
  double transaction = -1;
  std::map<std::string, std::string> properties;
};

Understood understand(std::string_view payload) {
  Amf0Reader reader(payload);
  Understood result;
  result.name = reader.next().text;
  result.transaction = reader.next().number;
  CHECK(reader.next().kind == Amf0Kind::null);
  CHECK(reader.next().kind == Amf0Kind::object);
  for (Amf0Token token = reader.next(); token.kind == Amf0Kind::string; token = reader.next())
    result.properties[std::string(token.name)] = token.text;
  CHECK(reader.next().kind == Amf0Kind::end);
  CHECK(reader.error() == Amf0Error::none);
  return result;
}

} // namespace

TEST_CASE("A refusal of a connect is one message in one chunk, and repeats the transaction", "[refusal]") {
  const auto [words, text] =
      GENERATE(table<RefusalWords, std::string>({{RefusalWords::access_denied, "Access denied."},
                                                 {RefusalWords::no_application, "No such application here."},
                                                 {RefusalWords::unavailable, "Server is not available."}}));
  const std::string bytes = connect_refusal(3, words);
  RtmpChunkReader reader;
  const ChunkFeedResult result = reader.feed(bytes);
  REQUIRE(result.progress == ChunkProgress::message);
  CHECK(result.consumed_bytes == bytes.size());
  CHECK(reader.command().size() <= kFirstChunkSizeBytes);
  CHECK(bytes.size() == 12 + reader.command().size()); // one header
  const Understood understood = understand(reader.command());
  CHECK(understood.name == "_error");
  CHECK(understood.transaction == 3);
  CHECK(understood.properties == std::map<std::string, std::string>{{"level", "error"},
                                                                    {"code", "NetConnection.Connect.Rejected"},
                                                                    {"description", text}});
}

TEST_CASE("A refusal of a publish or play is one message in one chunk on the command's message stream", "[refusal]") {
  for (const RefusalWords words :
       {RefusalWords::access_denied, RefusalWords::no_application, RefusalWords::unavailable, RefusalWords::in_use,
        RefusalWords::too_many, RefusalWords::too_fast, RefusalWords::taken_over}) {
    for (const bool is_publish : {true, false}) {
      const std::uint32_t message_stream = 0x04030201;
      const std::string bytes =
          is_publish ? publish_refusal(message_stream, words) : play_refusal(message_stream, words);
      CHECK(bytes.substr(0, 12) ==
            std::string("\x05\0\0\0\0\0", 6) + static_cast<char>(bytes.size() - 12) + "\x14\x01\x02\x03\x04");
      RtmpChunkReader reader;
      REQUIRE(reader.feed(bytes).progress == ChunkProgress::message);
      CHECK(reader.message_stream() == message_stream);
      CHECK(reader.command().size() <= kFirstChunkSizeBytes);
      CHECK(bytes.size() == 12 + reader.command().size()); // one header
      const std::string of_publish =
          words == RefusalWords::in_use ? "NetStream.Publish.BadName" : "NetStream.Publish.Denied";
      const std::string code = is_publish ? of_publish : "NetStream.Play.Failed";
      const Understood understood = understand(reader.command());
      CHECK(understood.name == "onStatus");
      CHECK(understood.transaction == 0);
      CHECK(understood.properties ==
            std::map<std::string, std::string>{
                {"level", "error"}, {"code", code}, {"description", std::string(to_string(words))}});
    }
  }
}

TEST_CASE("A status of httpd becomes the words that clients show", "[refusal]") {
  for (const std::uint16_t status : {401, 403})
    CHECK(words_for_status(status) == RefusalWords::access_denied);
  for (const std::uint16_t status : {404, 405, 421})
    CHECK(words_for_status(status) == RefusalWords::no_application);
  for (const std::uint16_t status : {400, 408, 413, 500, 502, 503, 504})
    CHECK(words_for_status(status) == RefusalWords::unavailable);
}
