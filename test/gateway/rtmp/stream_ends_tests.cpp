// SPDX-License-Identifier: Apache-2.0
// What httpd is told when streams end that it had allowed.
#include "rtmp_rig.hpp"
#include "stream_asks.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <string>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;

namespace {

std::string delete_stream() {
  return chunks({3, 20, amf_string("deleteStream") + amf_number(0) + amf_null() + amf_number(1)});
}

std::string close_stream() {
  return chunks({4, 20, amf_string("closeStream") + amf_number(0) + amf_null()});
}

std::string publish_false() {
  return chunks({4, 20, amf_string("publish") + amf_number(0) + amf_null() + amf_boolean(false)});
}

// The client sends it all in one piece, httpd allows what it is asked about first, and the media server has all.
void pass(RtmpRig& rig, CarriedStream& stream, const std::string& bytes) {
  stream.client.send(bytes);
  rig.httpd.next().answer(200);
  REQUIRE(stream.server.receive(bytes.size()) == bytes);
}

// The next question is the news of that end, with these bytes; httpd takes it.
void check_told(RtmpRig& rig, const std::string& path, const std::string& call, std::size_t bytes) {
  AskedQuestion notice = rig.httpd.next();
  CAPTURE(notice.request);
  CHECK(notice.request.starts_with("DONE " + path + " HTTP/1.1\r\n"));
  CHECK(notice.request.find("RTMPT-Stream-Form: call=" + call + "&name=" + path.substr(path.rfind('/') + 1) +
                            "&bytes=" + std::to_string(bytes) + "&seconds=0\r\n") != std::string::npos);
  notice.answer(200);
}

} // namespace

TEST_CASE("httpd hears of a stream's end when it ends, and the session goes on", "[stream asks]") {
  RtmpRig rig;
  for (const bool over_tls : {false, true}) {
    CAPTURE(over_tls);
    CarriedStream stream = carry_authorized(rig, over_tls, "live", true);
    for (const std::string& end : {delete_stream(), close_stream(), publish_false()}) {
      CAPTURE(end.size());
      const std::string published = publish("cam1?key=1") + picture_of(300);
      pass(rig, stream, published);
      CHECK_FALSE(rig.httpd.is_asked());
      stream.client.send(end);
      CHECK(stream.server.receive(end.size()) == end);
      check_told(rig, "/live/cam1", "publish_done", published.size() + end.size());
    }
    // In one piece with what follows.
    const std::string both = publish("cam2") + picture_of(70) + delete_stream();
    pass(rig, stream, both);
    check_told(rig, "/live/cam2", "publish_done", both.size());
    // Told once: nothing is left for the session's end.
    stream.client.close();
    CHECK(stream.server.receive_all().empty());
    CHECK(rig.gateway.logs("RTMPT303", over_tls ? 2 : 1));
    CHECK_FALSE(rig.httpd.is_asked());
  }
}

TEST_CASE("Another play takes the place of the first, and the session's end tells of what is left", "[stream asks]") {
  RtmpRig rig;
  CarriedStream stream = carry_authorized(rig, false, "live", true);
  pass(rig, stream, play("cam1"));
  stream.server.send(picture_of(500));
  const std::size_t played = picture_of(500).size();
  CHECK(stream.client.receive(played) == picture_of(500));
  pass(rig, stream, play("cam2"));
  check_told(rig, "/live/cam1", "play_done", played);
  stream.server.send(picture_of(40));
  CHECK(stream.client.receive(picture_of(40).size()) == picture_of(40));
  stream.client.close();
  check_told(rig, "/live/cam2", "play_done", picture_of(40).size());
}

TEST_CASE("Where nobody wants to hear of ends, httpd is told of none", "[stream asks]") {
  RtmpRig rig;
  CarriedStream stream = carry_authorized(rig);
  pass(rig, stream, publish("cam1") + delete_stream());
  pass(rig, stream, publish("cam2")); // behind an end that would have been told first
  stream.client.close();
  CHECK(stream.server.receive_all().empty());
  CHECK(rig.gateway.logs("RTMPT303"));
  CHECK_FALSE(rig.httpd.is_asked());
}
