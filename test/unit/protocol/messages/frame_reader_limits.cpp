// SPDX-License-Identifier: Apache-2.0
// What a frame may cost: memory bounded by one frame, work by its bytes.
#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <ctime>
#include <string>
#include <string_view>

using namespace rtmpt_proxy::protocol;
using namespace std::string_literals;

namespace {

constexpr std::size_t kMuchBytes = 1u << 20;
constexpr std::size_t kFewBytes = 64u << 10;

// Linear work here takes some hundredths of a second, quadratic work more than ten seconds.
constexpr std::chrono::seconds kMuchWork{3};

// Processor time of this program, so that a busy machine does not make a test fail.
std::chrono::duration<double> work_done() {
  return std::chrono::duration<double>(static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
}

GatewayMessage big_residue() {
  return Residue{std::string(kMuchBytes, 'r')};
}

Member longest_member() {
  const std::string text(kMaxMemberTextBytes, 'm');
  Member member;
  member.server_name = text;
  member.balancer = text;
  member.backend.host = text;
  member.url = text;
  return member;
}

// Every media server and session log that a configuration may have, each with the longest texts.
GatewaySettings largest_settings() {
  SessionLogTarget log{std::string(4096, 'n'), SessionLogKind::syslog, std::string(1024, 'f'), std::string(32, 't'), 0};
  GatewaySettings settings;
  settings.server_name = std::string(1024, 's');
  settings.session_logs.assign(kMaxSessionLogs, log);
  settings.members.assign(kMaxMembers, longest_member());
  settings.trust_files.assign(
      kMaxTrustFiles, {std::string(kMaxTrustNameBytes, 'c'), std::string(kMaxTrustBytes / kMaxTrustFiles, 'p')});
  return settings;
}

FrameError error_of(const GatewayMessage& message) {
  FrameReader reader;
  reader.feed(encode(message));
  GatewayMessage read;
  return reader.next(read);
}

} // namespace

TEST_CASE("The largest messages that may be sent are taken, and the limit is hardly larger", "[frame_reader]") {
  const GatewayMessage settings = largest_settings();
  const std::string frame = encode(settings);
  const std::size_t payload_bytes = frame.size() - kFrameHeaderBytes;
  CHECK(payload_bytes <= kMaxPayloadBytes);
  CHECK(kMaxPayloadBytes - payload_bytes < (256u << 10));
  FrameReader reader;
  reader.feed(frame);
  GatewayMessage read;
  REQUIRE(reader.next(read) == FrameError::none);
  CHECK(read == settings);

  AskStatus question;
  question.server_name = std::string(1024, 's');
  question.members.assign(kMaxMembers, longest_member());
  CHECK(error_of(question) == FrameError::none);
  CHECK(error_of(StatusPiece{std::string(kMaxStatusPieceBytes, 'p'), false}) == FrameError::none);
}

TEST_CASE("A list of media servers that is too long, or has too long a text, is malformed", "[frame_reader]") {
  AskStatus question;
  question.members.assign(kMaxMembers + 1, Member{});
  CHECK(error_of(question) == FrameError::malformed);
  for (std::string Member::*const text : {&Member::server_name, &Member::balancer, &Member::url}) {
    question.members = {longest_member(), longest_member()};
    (question.members.back().*text) += 'x';
    CHECK(error_of(question) == FrameError::malformed);
  }
  question.members = {longest_member()};
  question.members.front().backend.host += 'x';
  CHECK(error_of(question) == FrameError::malformed);
}

TEST_CASE("Trusted certificates that are too many, too large or without a name are malformed", "[frame_reader]") {
  GatewaySettings settings;
  settings.trust_files.assign(kMaxTrustFiles, {"/ca", "PEM"});
  CHECK(error_of(settings) == FrameError::none);
  SECTION("one file too many") {
    settings.trust_files.push_back({"/ca", "PEM"});
  }
  SECTION("one byte too many") {
    settings.trust_files.back().certificates.assign(kMaxTrustBytes, 'p');
  }
  SECTION("a long name") {
    settings.trust_files.back().name.assign(kMaxTrustNameBytes + 1, 'n');
  }
  SECTION("no name") {
    settings.trust_files.back().name.clear();
  }
  CHECK(error_of(settings) == FrameError::malformed);
}

TEST_CASE("A payload may have exactly the limit and not a byte more", "[frame_reader]") {
  const std::string frame = encode(Admitted{SessionId("0123456789"), SessionName()});
  const std::size_t payload_bytes = frame.size() - kFrameHeaderBytes;
  GatewayMessage message;

  FrameReader enough(payload_bytes);
  enough.feed(frame);
  CHECK(enough.next(message) == FrameError::none);

  FrameReader too_small(payload_bytes - 1);
  too_small.feed(frame);
  CHECK(too_small.next(message) == FrameError::too_large);
}

TEST_CASE("A payload over the limit is refused before it has come", "[frame_reader]") {
  FrameReader reader(16);
  GatewayMessage message;
  reader.feed("\0\0\0\x11\x09\0\0"s);
  CHECK(reader.next(message) == FrameError::need_more);
  reader.feed("\0"s);
  CHECK(reader.next(message) == FrameError::too_large);
}

TEST_CASE("A failed stream is no longer kept", "[frame_reader]") {
  FrameReader reader;
  GatewayMessage message;
  reader.feed("\0\0\0\0\0\0\0\0"s + std::string(kMuchBytes, 'x'));
  CHECK(reader.next(message) == FrameError::unknown_type);
  reader.feed(std::string(kMuchBytes, 'x'));
  CHECK(reader.held_bytes() < kFewBytes);
}

TEST_CASE("The memory of a large frame is given back once it is read", "[frame_reader]") {
  FrameReader reader;
  GatewayMessage message;
  const std::string frame = encode(big_residue());
  const std::string next = encode(Admitted{SessionId("abc"), SessionName()});

  SECTION("and nothing follows it") {
    reader.feed(frame);
  }
  SECTION("and the start of another follows it") {
    reader.feed(frame + next.substr(0, 5));
  }
  CHECK(reader.held_bytes() >= kMuchBytes);
  REQUIRE(reader.next(message) == FrameError::none);
  CHECK(message.index() == big_residue().index());
  CHECK(reader.next(message) == FrameError::need_more);
  CHECK(reader.held_bytes() < kFewBytes + kFrameHeaderBytes);
}

TEST_CASE("A header that announces much does not reserve it", "[frame_reader]") {
  FrameReader reader;
  GatewayMessage message;
  static_assert(kMaxPayloadBytes >= 4u << 20);
  reader.feed("\0\x40\0\0\x09\0\0\0"s); // 4 MiB
  CHECK(reader.next(message) == FrameError::need_more);
  CHECK(reader.held_bytes() < kFewBytes);
}

TEST_CASE("A large frame is read byte by byte without going over it again", "[frame_reader]") {
  FrameReader reader;
  GatewayMessage message;
  const std::string frame = encode(big_residue());
  const auto before = work_done();
  for (std::size_t i = 0; i + 1 < frame.size(); ++i) {
    reader.feed(std::string_view(frame).substr(i, 1));
    if (reader.next(message) != FrameError::need_more) FAIL("a message came after " << i + 1 << " bytes");
  }
  reader.feed(std::string_view(frame).substr(frame.size() - 1));
  REQUIRE(reader.next(message) == FrameError::none);
  CHECK((message == big_residue()));
  CHECK(work_done() - before < kMuchWork);
}

TEST_CASE("Many small frames in one piece are read without moving the rest for each", "[frame_reader]") {
  constexpr std::size_t kFrames = 400'000;
  const std::string frame = encode(Admitted{SessionId("0123456789"), SessionName()});
  std::string bytes;
  for (std::size_t i = 0; i < kFrames; ++i)
    bytes += frame;
  FrameReader reader;
  GatewayMessage message;
  reader.feed(bytes);
  std::size_t read = 0;
  const auto before = work_done();
  while (reader.next(message) == FrameError::none)
    ++read;
  CHECK(read == kFrames);
  CHECK(work_done() - before < kMuchWork);
}

TEST_CASE("A list of streams may be as long as it is ever made, and no longer", "[frame_reader]") {
  constexpr std::size_t kLongestPathBytes = 1024; // what the hub takes
  StreamList list;
  list.streams.assign(kMaxListedStreams, {std::string(kLongestPathBytes, 'n'), true, 1, {"h264", "aac", 1, 1, 1}, 1});
  CHECK(error_of(list) == FrameError::none);
  list.streams.emplace_back();
  CHECK(error_of(list) == FrameError::malformed);
}
