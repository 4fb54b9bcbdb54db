// SPDX-License-Identifier: Apache-2.0
// Limits for one stream: its viewers, its publisher, and bans.
#include "limited_streams.hpp"
#include "test/gateway/loops/tunnel_legs.hpp"
#include "test/support/deadline.hpp"

#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <chrono>
#include <list>
#include <optional>
#include <string>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using protocol::RefusalWords;

namespace {

// A viewer of that stream; none when it was refused as one too many.
std::optional<CarriedStream> view(RtmpRig& rig, const protocol::Admission& admission, const std::string& name) {
  CarriedStream stream = carry_with(rig, admission);
  stream.client.send(play(name));
  const std::string wanted = play(name);
  const std::string refusal = protocol::play_refusal(1, RefusalWords::too_many);
  eventually("the viewer is let in or refused",
             [&] { return stream.server.has_received() || stream.client.has_received(); });
  if (stream.client.has_received()) {
    CHECK(stream.client.receive_all() == refusal);
    CHECK(stream.server.receive_all().empty());
    return std::nullopt;
  }
  CHECK(stream.server.receive(wanted.size()) == wanted);
  return stream;
}

std::string name_in_log(const RtmpRig& rig, const std::string& begin) {
  const std::string text = rig.gateway.log_text();
  const std::size_t at = text.rfind(begin);
  return at == std::string::npos ? "" : text.substr(at + begin.size(), 12);
}

} // namespace

TEST_CASE("No more sessions play a stream than may, on whatever loop and under whatever alias", "[stream limits]") {
  RtmpRig rig;
  protocol::Admission admission = limited_admission(rig);
  admission.terms.max_viewers = 3;
  std::list<CarriedStream> viewers;
  for (const std::string name : {"cam1", "mp4:cam1", "cam1?key=secret"}) {
    auto viewer = view(rig, admission, name);
    REQUIRE(viewer);
    viewers.push_back(std::move(*viewer));
  }
  CHECK_FALSE(view(rig, admission, "cam1"));
  CHECK_FALSE(view(rig, admission, "flv:cam1?other=1"));
  CHECK(rig.gateway.logs("RTMPT522: session "));
  CHECK(rig.gateway.logs("play of live/cam1: as many play it as may"));
  CHECK(rig.gateway.logged("secret") == 0);
  const auto other_stream = view(rig, admission, "cam2");
  CHECK(other_stream);
  protocol::Admission elsewhere = admission;
  elsewhere.vhost_key = protocol::VhostKey("other");
  CHECK(view(rig, elsewhere, "cam1"));
  // A publisher is no viewer.
  CarriedStream publisher = carry_with(rig, admission);
  CHECK(comes_through(publisher, publish("cam1") + picture_of(300)));
  // A place is free when its session has ended, or its message stream.
  viewers.front().client.close();
  CHECK(viewers.front().server.receive_all().empty());
  eventually("the place is free", [&] {
    auto next = view(rig, admission, "cam1");
    if (next) viewers.push_back(std::move(*next));
    return next.has_value();
  });
  CHECK_FALSE(view(rig, admission, "cam1"));
  CHECK(comes_through(viewers.back(), delete_stream()));
  CHECK(view(rig, admission, "cam1"));
  CHECK_FALSE(rig.httpd.is_asked());
}

TEST_CASE("Viewers that come together get no more places than there are", "[stream limits]") {
  RtmpRig rig;
  protocol::Admission admission = limited_admission(rig);
  constexpr std::size_t kPlaces = 5;
  admission.terms.max_viewers = kPlaces;
  std::vector<CarriedStream> all;
  for (int i = 0; i < 20; ++i)
    all.push_back(carry_with(rig, admission));
  for (CarriedStream& one : all)
    one.client.send(play("cam1"));
  std::size_t playing = 0;
  std::size_t refused = 0;
  for (CarriedStream& one : all) {
    eventually("it is let in or refused", [&] { return one.server.has_received() || one.client.has_received(); });
    one.client.has_received() ? ++refused : ++playing;
  }
  CHECK(playing == kPlaces);
  CHECK(refused == all.size() - kPlaces);
}

TEST_CASE("A stream that is being published is refused to another client", "[stream limits]") {
  RtmpRig rig;
  protocol::Admission admission = limited_admission(rig);
  admission.terms.one_publisher = true;
  CarriedStream first = carry_with(rig, admission);
  CHECK(comes_through(first, publish("cam1") + picture_of(300)));
  CarriedStream other = carry_with(rig, [&] {
    protocol::Admission of_other = limited_admission(rig, "192.0.2.2");
    of_other.terms.one_publisher = true;
    return of_other;
  }());
  other.client.send(publish("flv:cam1?key=secret") + picture_of(300));
  CHECK(other.client.receive_all() == protocol::publish_refusal(1, RefusalWords::in_use));
  CHECK(other.server.receive_all().empty());
  CHECK(comes_through(first, picture_of(300)));
  CHECK(rig.gateway.logs("publish of live/cam1: it is being published (RTMPTOnePublisher)"));
  CHECK(rig.gateway.logged("secret") == 0);
  // Once it is free, it is anybody's.
  CHECK(comes_through(first, delete_stream()));
  CarriedStream next = carry_with(rig, [&] {
    protocol::Admission of_next = limited_admission(rig, "192.0.2.2");
    of_next.terms.one_publisher = true;
    return of_next;
  }());
  CHECK(comes_through(next, publish("cam1") + picture_of(300)));
}

TEST_CASE("An encoder that comes back takes its stream over when the older session has ended", "[stream limits]") {
  RtmpRig rig;
  struct Row {
    std::string user;
    std::string address;
  };
  for (const Row& row : {Row{"", "192.0.2.1"}, Row{"alice", "192.0.2.7"}}) {
    CAPTURE(row.user);
    protocol::Admission admission = limited_admission(rig);
    admission.terms.one_publisher = true;
    admission.user = row.user;
    CarriedStream older = carry_with(rig, admission);
    CHECK(comes_through(older, publish("cam1") + picture_of(300)));
    admission = limited_admission(rig, row.address);
    admission.terms.one_publisher = true;
    admission.user = row.user;
    CarriedStream newer = carry_with(rig, admission);
    const std::string bytes = publish("mp4:cam1") + picture_of(300);
    newer.client.send(bytes);
    CHECK(older.client.receive_all() == protocol::publish_refusal(1, RefusalWords::taken_over));
    CHECK(older.server.receive_all().empty()); // the gateway has ended its side
    CHECK_FALSE(newer.server.has_received());  // the media server has not yet
    older.server.close();
    CHECK(newer.server.receive(bytes.size()) == bytes);
    CHECK(comes_through(newer, picture_of(77)));
    CHECK(rig.gateway.logs("has taken the stream over"));
  }
}

TEST_CASE("Of two that want to take a stream over the later one gets it", "[stream limits]") {
  RtmpRig rig;
  protocol::Admission admission = limited_admission(rig);
  admission.terms.one_publisher = true;
  CarriedStream older = carry_with(rig, admission);
  CHECK(comes_through(older, publish("cam1") + picture_of(300)));
  CarriedStream second = carry_with(rig, admission);
  second.client.send(publish("cam1"));
  CHECK(older.server.receive_all().empty());
  CarriedStream third = carry_with(rig, admission);
  third.client.send(publish("cam1"));
  CHECK(second.client.receive_all() == protocol::publish_refusal(1, RefusalWords::taken_over));
  older.server.close();
  CHECK(third.server.receive(publish("cam1").size()) == publish("cam1"));
  CHECK(second.server.receive_all().empty());
}

TEST_CASE("A ban shuts an address and its stream out of one virtual host, for a time", "[stream limits]") {
  RtmpRig rig;
  const protocol::Admission admission = limited_admission(rig);
  CarriedStream pirate = carry_with(rig, admission);
  CHECK(comes_through(pirate, publish("cam1") + picture_of(300)));
  protocol::AskStatus question;
  std::string name;
  eventually("the session is listed", [&] {
    auto conversation = rig.client.exchange(0, question, kPatience);
    const auto* const piece = std::get_if<protocol::StatusPiece>(&conversation.answer);
    REQUIRE(piece);
    const std::size_t at = piece->bytes.find("\"sessions\":[{\"id\":\"");
    if (at != std::string::npos) name = piece->bytes.substr(at + 19, 12);
    return !name.empty();
  });
  CHECK(is_done(rig, protocol::EndSession{protocol::SessionName(name), 10min}));
  CHECK(pirate.client.receive_all().empty());
  CHECK(rig.gateway.logs("RTMPT525: ban 1: 192.0.2.1 and publishing /live/cam1"));
  protocol::Admission again = limited_admission(rig);
  for (const char* const address : {"192.0.2.1"}) {
    again.client_address = address;
    const auto answer = rig.client.exchange(0, again, kPatience);
    const auto* const refused = std::get_if<protocol::Refused>(&answer.answer);
    REQUIRE(refused);
    CHECK(refused->reason == protocol::Refusal::banned);
  }
  // Others may play, and publish something else.
  const protocol::Admission other = limited_admission(rig, "192.0.2.2");
  CarriedStream publisher = carry_with(rig, other);
  publisher.client.send(publish("mp4:cam1?x=1"));
  CHECK(publisher.client.receive_all() == protocol::publish_refusal(1, RefusalWords::access_denied));
  CHECK(publisher.server.receive_all().empty());
  CarriedStream viewer = carry_with(rig, other);
  CHECK(comes_through(viewer, play("cam1")));
  CarriedStream another = carry_with(rig, other);
  CHECK(comes_through(another, publish("cam2") + picture_of(300)));
  protocol::Admission elsewhere = limited_admission(rig);
  elsewhere.vhost_key = protocol::VhostKey("other");
  CarriedStream free = carry_with(rig, elsewhere);
  CHECK(comes_through(free, publish("cam1") + picture_of(300)));
}

TEST_CASE("A ban of a client shuts out what it publishes now, all of it", "[stream limits]") {
  RtmpRig rig;
  protocol::Admission admission = limited_admission(rig);
  admission.terms.max_viewers = 10; // so that the session is read
  CarriedStream pirate = carry_with(rig, admission);
  CHECK(comes_through(pirate, publish("cam1") + delete_stream() + publish("cam2") + publish("cam3")));
  std::string name;
  eventually("the session is listed", [&] {
    auto conversation = rig.client.exchange(0, protocol::AskStatus{}, kPatience);
    const auto* const piece = std::get_if<protocol::StatusPiece>(&conversation.answer);
    REQUIRE(piece);
    const std::size_t at = piece->bytes.find("\"sessions\":[{\"id\":\"");
    if (at != std::string::npos) name = piece->bytes.substr(at + 19, 12);
    return !name.empty();
  });
  CHECK(is_done(rig, protocol::EndSession{protocol::SessionName(name), 10min}));
  CHECK(rig.gateway.logs("RTMPT525: ban 1: 192.0.2.1 and publishing /live/cam2"));
  CHECK(rig.gateway.logs("RTMPT525: ban 2: 192.0.2.1 and publishing /live/cam3"));
  CHECK(rig.gateway.logged("publishing /live/cam1") == 0);
}

TEST_CASE("A ban ends all sessions of the client, and a short one ends by itself", "[stream limits]") {
  RtmpRig rig;
  CarriedStream one = carry_with(rig, limited_admission(rig));
  CHECK(comes_through(one, play("cam1")));
  CarriedStream two = carry_with(rig, limited_admission(rig));
  CHECK(comes_through(two, play("cam2")));
  std::string name;
  eventually("the session is listed", [&] {
    auto conversation = rig.client.exchange(0, protocol::AskStatus{}, kPatience);
    const auto* const piece = std::get_if<protocol::StatusPiece>(&conversation.answer);
    REQUIRE(piece);
    const std::size_t at = piece->bytes.find("\"sessions\":[{\"id\":\"");
    if (at != std::string::npos) name = piece->bytes.substr(at + 19, 12);
    return !name.empty();
  });
  CHECK(is_done(rig, protocol::EndSession{protocol::SessionName(name), 300ms}));
  CHECK(rig.gateway.logs("RTMPT525: ban 1: 192.0.2.1 at virtual host"));
  CHECK(one.client.receive_all().empty());
  CHECK(two.client.receive_all().empty());
  eventually("the client may come back", [&] {
    auto answer = rig.client.exchange(0, limited_admission(rig), kPatience);
    rig.client.give_back(0, std::move(answer.channel));
    return std::holds_alternative<protocol::Admitted>(answer.answer);
  });
}

TEST_CASE("Where names are hidden, no log and no state of the gateway has one, and httpd gets a hash for its logs",
          "[stream limits]") {
  RtmpRig rig;
  protocol::Admission admission = authorized_admission(rig);
  admission.terms.hide_stream_name = true;
  admission.terms.one_publisher = true;
  rig.gateway.send_settings(8);
  std::string shown;
  for (const int status : {200, 403}) {
    CAPTURE(status);
    protocol::Admission one = admission;
    CarriedStream stream = carry_with(rig, one);
    stream.client.send(publish("mp4:s3cretname?key=s3cretkey"));
    AskedQuestion question = rig.httpd.next();
    CHECK(question.request.starts_with("PUBLISH /live/s3cretname HTTP/1.1\r\n"));
    const std::string header = "\r\nRTMPT-Shown-Path: /live/hidden-";
    const std::size_t at = question.request.find(header);
    REQUIRE(at != std::string::npos);
    const std::string hash = question.request.substr(at + header.size(), 10);
    CHECK(hash.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK((shown.empty() || shown == hash)); // the same each time
    shown = hash;
    question.answer(status);
    if (status != 200) {
      stream.client.receive_all();
      continue;
    }
    const std::string bytes = publish("mp4:s3cretname?key=s3cretkey");
    CHECK(stream.server.receive(bytes.size()) == bytes);
    auto conversation = rig.client.exchange(0, protocol::AskStatus{}, kPatience);
    const auto* const piece = std::get_if<protocol::StatusPiece>(&conversation.answer);
    REQUIRE(piece);
    CHECK(piece->bytes.find("\"stream\":\"hidden-" + hash + "\"") != std::string::npos);
    CHECK(piece->bytes.find("s3cret") == std::string::npos);
  }
  CHECK(rig.gateway.logs("publish of live/hidden-" + shown + ": 403"));
  CHECK(rig.gateway.logged("s3cret") == 0);
  CHECK(name_in_log(rig, "RTMPT460: session ").size() == 12);
}
