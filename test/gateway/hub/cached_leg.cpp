// SPDX-License-Identifier: Apache-2.0
// A client between a media server and the hub: what each of them gets, wherever the bytes are cut.
#include "gateway/hub/cached_leg.hpp"

#include "test/gateway/hub/hub_rig.hpp"

#include <rtmpt_proxy/protocol/rtmp/stream_gate.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::gateway;
using namespace rtmpt_proxy::test;

namespace {

// The leg to a media server of the test.
class ServerLeg final : public BackendLeg {
 public:
  explicit ServerLeg(BackendOwner& its_owner) : owner(its_owner) {}

  std::size_t write(const Pieces& bytes) override {
    std::size_t taken = 0;
    for (const std::string_view piece : bytes) {
      const std::string_view some = piece.substr(0, room_bytes - std::min(room_bytes, got.size()));
      got += some;
      taken += some.size();
    }
    return taken;
  }
  bool is_readable() const override { return false; }
  std::size_t readable_bytes() const override { return 0; }
  void read() override {}
  void follow(std::size_t, std::size_t waiting) override { waiting_bytes = waiting; }
  void finish() override { close(); }
  void close() override { is_there = false; }
  bool is_open() const override { return is_there; }

  BackendOwner& owner;
  std::string got;
  std::size_t room_bytes = std::size_t{1} << 20;
  std::size_t waiting_bytes = 0;
  bool is_there = true;
};

// A client leg that keeps what is not taken, and hears what comes.
class CachedClient final : public BackendOwner {
 public:
  explicit CachedClient(HubLoopRig& loop) {
    HubTerms terms = hub_terms();
    terms.pull = [this](const std::shared_ptr<HubLoop>&, const protocol::StreamWanted& wanted) {
      pulled.push_back(wanted.path);
      return has_room;
    };
    leg_ = std::make_unique<CachedLeg>(loop.hub, *this, std::move(terms), [this](BackendOwner& owner) {
      auto leg = std::make_unique<ServerLeg>(owner);
      server_ = leg.get();
      return leg;
    });
    settled();
  }
  ~CachedClient() { leg_->close(); }

  void send(std::string_view bytes) {
    unsent_ += bytes;
    offer();
  }
  void server_says(std::string_view bytes) {
    server_->owner.backend_bytes(bytes);
    server_->owner.settled();
  }
  void server_takes_again() {
    server_->room_bytes = std::size_t{1} << 20;
    server_->owner.backend_writable();
    server_->owner.settled();
  }

  ServerLeg& server() { return *server_; }
  CachedLeg& leg() { return *leg_; }
  const std::string& unsent() const { return unsent_; }

  std::string heard;
  std::vector<std::string> pulled;
  bool has_room = true;
  bool is_closed = false;

 private:
  static constexpr std::size_t kRoomBytes = std::size_t{1} << 20;

  void offer() {
    unsent_.erase(0, leg_->write({unsent_, {}}));
    settled();
  }
  void backend_readable() override { leg_->look(); }
  void backend_bytes(std::string_view bytes) override { heard += bytes; }
  void backend_pauses() override {}
  void backend_writable() override { unsent_.erase(0, leg_->write({unsent_, {}})); }
  void backend_closed(std::string_view) override { is_closed = true; }
  void settled() override {
    if (leg_->is_open()) leg_->follow(kRoomBytes, unsent_.size());
  }
  std::shared_ptr<void> keep() override { return kept_; }

  std::shared_ptr<void> kept_ = std::make_shared<int>();
  ServerLeg* server_ = nullptr;
  std::unique_ptr<CachedLeg> leg_;
  std::string unsent_;
};

std::string result(double transaction_id, double stream) {
  return chunks({.payload = amf_string("_result") + amf_number(transaction_id) + amf_null() + amf_number(stream)});
}

const std::string kHello =
    handshake() + chunks({.payload = connect_to("live")}) + command("createStream", 2, {amf_null()});
const std::string kPlay = command("play", 3, {amf_null(), amf_string("cam?key=1")});
const std::string kAnswers = handshake() + result(1, 9) + result(2, 1);

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

} // namespace

TEST_CASE("A client that plays gets the hub in the media server's place, wherever its bytes are cut", "[cached]") {
  const std::string rest = command("deleteStream", 4, {amf_null(), amf_number(1)});
  const std::string bytes = kPlay + rest;
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    HubRig rig;
    CachedClient client(rig.first);
    client.send(kHello);
    client.server_says(kAnswers);
    client.send(std::string_view(bytes).substr(0, cut));
    client.send(std::string_view(bytes).substr(cut));
    rig.run();
    if (client.server().got != kHello) FAIL("the server got something else at a cut at " << cut);
    if (client.server().is_there) FAIL("the server stays at a cut at " << cut);
    if (client.pulled != std::vector<std::string>{"live/cam"}) FAIL("a pull at a cut at " << cut);
    if (!client.unsent().empty()) FAIL("something waits at a cut at " << cut);
    ServerListener listener;
    listener.hear(client.heard);
    if (!listener.has("onStatus NetStream.Play.Start")) FAIL("no start at a cut at " << cut);
  }
}

TEST_CASE("The hub goes on between two whole messages of the media server", "[cached]") {
  const std::string last = chunks({.stream = 5, .payload = amf_string("onBWDone") + std::string(300, '\5')});
  for (std::size_t cut = 0; cut <= last.size(); ++cut) {
    HubRig rig;
    CachedClient client(rig.first);
    client.send(kHello);
    client.server_says(kAnswers + last.substr(0, cut));
    client.send(kPlay);
    rig.run();
    const bool was_between = cut == 0 || cut == last.size();
    if (client.server().is_there == was_between) FAIL("switched behind " << cut);
    if (!was_between) client.server_says(last.substr(cut) + "what comes too late");
    rig.run();
    if (client.server().is_there) FAIL("has not switched behind " << cut);
    const std::string whole = kAnswers + (cut == 0 ? std::string() : last);
    if (!client.heard.starts_with(whole)) FAIL("the server's bytes changed behind " << cut);
    if (has(client.heard, "too late")) FAIL("more of the server behind " << cut);
    ServerListener listener;
    listener.hear(client.heard);
    if (!listener.has("onStatus NetStream.Play.Start")) FAIL("no start behind " << cut);
  }
}

TEST_CASE("Who publishes, and what cannot be shared, goes to the media server byte for byte", "[cached]") {
  struct Row {
    std::string answers;
    std::string sent;
  };
  const std::string publish = command("publish", 3, {amf_null(), amf_string("cam"), amf_string("live")});
  const auto row = GENERATE_COPY(values<Row>({
      {kAnswers, publish + sent(protocol::MediaKind::video, 0, key_frame(std::string(100'000, 'k')))},
      {handshake() + result(1, 9) + result(2, 5), kPlay}, // another number for its stream
      {handshake(), kPlay},                               // the answer to createStream has not come
      {kAnswers + set_chunk_size(0), kPlay},              // a server that cannot be followed
      {kAnswers, set_chunk_size(0) + kPlay},              // a client that cannot be followed
      {kAnswers, command("play", 3, {amf_null(), amf_string("")})},
      {kAnswers, full_header(6, 0, 200'000, 9) + std::string(200'000, 'x')},
  }));
  HubRig rig;
  CachedClient client(rig.first);
  client.send(kHello);
  client.server_says(row.answers);
  const std::size_t cut = row.sent.size() / 2;
  client.send(row.sent.substr(0, cut));
  client.send(row.sent.substr(cut));
  client.server_takes_again(); // more than may be kept waits for that
  rig.run();
  CHECK(client.server().is_there);
  CHECK((client.server().got == kHello + row.sent));
  CHECK(client.pulled.empty());
  client.server_says("anything");
  CHECK(client.heard == row.answers + "anything");
}

TEST_CASE("What a slow media server does not take waits, and nothing is lost", "[cached]") {
  HubRig rig;
  CachedClient client(rig.first);
  client.server().room_bytes = 2000;
  const std::string publish = command("publish", 3, {amf_null(), amf_string("cam"), amf_string("live")});
  const std::string media = sent(protocol::MediaKind::video, 0, key_frame(std::string(300'000, 'k')));
  client.send(kHello);
  CHECK(client.server().got.size() == 2000);
  CHECK(client.server().waiting_bytes == kHello.size() - 2000);
  client.send(publish + media);
  CHECK(client.server().waiting_bytes > 0);
  client.server_takes_again();
  client.server_takes_again();
  CHECK((client.server().got == kHello + publish + media));
  CHECK(client.unsent().empty());
}

TEST_CASE("A viewer of a stream that is missing is told so, and one too many as well", "[cached]") {
  const bool has_room = GENERATE(true, false);
  HubRig rig;
  CachedClient client(rig.first);
  client.has_room = has_room;
  client.send(kHello);
  client.server_says(kAnswers);
  client.send(kPlay);
  rig.run();
  if (has_room) {
    CHECK_FALSE(client.is_closed);
    rig.second.hub->tell_source_failed({"hub", "live/cam"}, SourceFault::unreachable);
    rig.run();
    CHECK_FALSE(client.is_closed); // it is tried again
    rig.second.hub->tell_source_failed({"hub", "live/cam"}, SourceFault::missing);
    rig.run();
  }
  CHECK(client.is_closed);
  CHECK(has(client.heard, has_room ? "NetStream.Play.StreamNotFound" : "NetStream.Failed"));
}

TEST_CASE("A viewer whose media server is not reached in time is not told that there is no such stream", "[cached]") {
  HubRig rig;
  HubTerms terms = hub_terms();
  terms.first_wait = std::chrono::milliseconds(100);
  terms.pull = [](const std::shared_ptr<HubLoop>&, const protocol::StreamWanted&) { return true; };
  HubClient viewer(rig.first, terms);
  viewer.send(viewer_hello("live", "cam"));
  const bool is_lost = GENERATE(true, false);
  if (is_lost) rig.second.hub->tell_source_failed({"hub", "live/cam"}, SourceFault::unreachable);
  rig.run_until([&] { return viewer.is_closed; });
  CHECK(viewer.heard.has("onStatus NetStream.Failed") == is_lost);
  CHECK(viewer.heard.has("onStatus NetStream.Play.StreamNotFound") != is_lost);
}

TEST_CASE("A client that has played cannot publish to the media server any more", "[cached]") {
  HubRig rig;
  CachedClient client(rig.first);
  client.send(kHello);
  client.server_says(kAnswers);
  client.send(kPlay + command("closeStream", 0, {amf_null()}) +
              command("publish", 4, {amf_null(), amf_string("other")}));
  rig.run();
  CHECK(client.is_closed);
  CHECK(has(client.heard, "NetStream.Failed"));
}

TEST_CASE("Each play has its own gate: nothing is fetched for one that httpd has not allowed", "[cached]") {
  struct Row {
    std::string sent;
    std::vector<std::string> questions;
    std::vector<std::string> pulled;
  };
  const std::string close = command("closeStream", 0, {amf_null()});
  const std::string again =
      command("deleteStream", 0, {amf_null(), amf_number(1)}) + command("createStream", 5, {amf_null()});
  const std::string play_other = command("play", 6, {amf_null(), amf_string("other")});
  const std::string publish = command("publish", 6, {amf_null(), amf_string("other"), amf_string("live")});
  const auto row = GENERATE_COPY(values<Row>({
      {close + play_other, {"play cam?key=1", "play other"}, {"live/cam", "live/other"}},
      {again + play_other, {"play cam?key=1", "play other"}, {"live/cam", "live/other"}},
      {play_other, {"play cam?key=1", "play other"}, {"live/cam"}}, // and the connection ends
      {close + publish + play_other, {"play cam?key=1", "publish other", "play other"}, {"live/cam"}},
      {close + play_other + close + kPlay,
       {"play cam?key=1", "play other", "play cam?key=1"},
       {"live/cam", "live/other", "live/cam"}},
  }));
  const std::string bytes = kPlay + row.sent;
  const std::size_t piece_bytes = GENERATE(1U, 7U, 100'000U);
  HubRig rig;
  CachedClient client(rig.first);
  client.send(kHello);
  client.server_says(kAnswers);
  protocol::StreamGate gate(protocol::StreamGate::Begin::at_own_handshake);
  protocol::PublishedMedia media;
  gate.feed(kHello, media);
  std::string held;
  std::uint64_t passed = gate.passable_bytes();
  REQUIRE(passed == kHello.size());
  const auto pass = [&] {
    const auto count = static_cast<std::size_t>(gate.passable_bytes() - passed);
    client.send(held.substr(0, count));
    held.erase(0, count);
    passed += count;
    rig.run();
  };
  std::vector<std::string> questions;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    std::string_view piece = std::string_view(bytes).substr(at, piece_bytes);
    held += piece;
    while (!piece.empty()) {
      piece.remove_prefix(gate.feed(piece, media));
      REQUIRE(gate.fault() == protocol::GateFault::none);
      pass();
      if (!gate.is_asking()) continue;
      if (client.pulled.size() > questions.size()) FAIL("a stream is fetched before the answer");
      questions.push_back(std::string(to_string(gate.command().kind)) + " " + gate.command().stream_name);
      gate.allow();
      pass();
      if (client.pulled.size() > questions.size()) FAIL("a stream is fetched that nobody asked about");
    }
  }
  CHECK(questions == row.questions);
  CHECK(client.pulled == row.pulled);
}
