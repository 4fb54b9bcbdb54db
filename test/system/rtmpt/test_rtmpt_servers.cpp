// SPDX-License-Identifier: Apache-2.0
// The RTMPT servers of the tests themselves, with clients that come straight to them: what they count and what they
// tell of each other must be right before anything is said about a tunnel between them.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/picture_log.hpp"
#include "support/clients/tunnel_client.hpp"
#include "support/os/random_bytes.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/node_rtmpt_server.hpp"
#include "support/peers/scripted_rtmpt_server.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

TunnelClient client_of(const ScriptedRtmptServer& server) {
  const auto host = "Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n";
  return TunnelClient({"127.0.0.1", server.port()}, host + "Connection: keep-alive\r\n");
}

TunnelClient client_of(const NodeRtmptServer& server) {
  return TunnelClient({"127.0.0.1", server.rtmpt_port()});
}

// C0 and C1 of a plain handshake, and as many bytes for C2.
std::string handshake_bytes() {
  return "\x03" + random_bytes(1536, 1);
}

std::vector<FlvTag> sample(std::chrono::seconds length) {
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", length);
  return read_flv(read_file(dir.path() / "sample.flv"));
}

} // namespace

TEST_CASE("A scripted RTMPT server collects what is sent and gives what waits") {
  ScriptedRtmptServer server;
  auto client = client_of(server);
  client.open();
  const auto up = random_bytes(200'000, 1);
  const auto down = random_bytes(300'000, 2);
  server.send(0, down);
  for (const auto& piece : random_pieces(up, 9'000, 3))
    REQUIRE(client.send(piece).status == 200);
  CHECK(difference(server.wait_for_bytes(0, up.size()), up) == "");
  CHECK(difference(client.poll_for(down.size()), down) == "");
  CHECK(client.close().body == std::string(1, '\0'));
  CHECK(server.session(0).closed);
  CHECK(server.count("open") == 1);
  CHECK(server.connection_count() == 1);
  CHECK(server.take_faults().empty());
}

TEST_CASE("A scripted RTMPT server holds, delays, ends and resets as it is told") {
  ScriptedRtmptServer server;
  server.follow([](const RtmptRequest& request) -> RtmptAnswer {
    if (request.kind == "open") return {};
    if (request.number == 0) return {.held = true};
    if (request.number == 1) return {.bytes = rtmpt_reply("\1late"), .delay = 300ms};
    if (request.number == 2) return {.then = RtmptAnswer::Then::finish};
    return {.bytes = "", .then = RtmptAnswer::Then::reset};
  });
  auto client = client_of(server);
  client.open();
  client.connection().send(client.request("send", client.take_number(), "held"));
  CHECK(server.wait_for_bytes(0, 4) == "held");
  CHECK_FALSE(client.connection().readable(Deadline(200ms)));
  server.release();
  CHECK(client.connection().receive().status == 200);
  const auto before = std::chrono::steady_clock::now();
  CHECK(rtmp_bytes(client.idle()) == "late");
  CHECK(std::chrono::steady_clock::now() - before >= 300ms);
  CHECK(client.send("last").status == 200);
  CHECK(client.connection().closed_by_server());
  CHECK(server.ended(0));
  client.reconnect();
  CHECK_THROWS_AS(client.idle(), std::system_error);
  CHECK(server.connection_count() == 2);
  CHECK(server.take_faults().empty());
}

TEST_CASE("A scripted RTMPT server sees numbers that repeat or are left out, shared connections and bad heads") {
  ScriptedRtmptServer server;
  auto client = client_of(server);
  client.open();
  const auto fault_of = [&](const std::string& request) {
    client.connection().exchange(request);
    const auto faults = server.take_faults();
    return faults.empty() ? "" : faults.front();
  };
  CHECK(fault_of(client.request("idle", 0, "")) == "");
  CHECK(fault_of(client.request("idle", 0, "")) == "/idle/session-0/0 on connection 0 comes when 1 was due");
  CHECK(fault_of(client.request("idle", 3, "")) == "/idle/session-0/3 on connection 0 comes when 1 was due");
  CHECK(fault_of(post("/idle/session-0/4", "", client.headers() + "X-Forwarded-For: ::1\r\n")) ==
        "/idle/session-0/4 on connection 0 names the client");
  CHECK(fault_of(post("/idle/session-0/5", "", "Connection: keep-alive\r\n")).find("Host is 'localhost'") !=
        std::string::npos);
  CHECK(fault_of(post("/open/1", "", client.headers())) ==
        "/open//0 on connection 0: the connection has a session already");
  client.reconnect();
  CHECK(fault_of(client.request("idle", 6, "")) == ""); // the old connection has ended
  auto second = client_of(server);
  second.open();
  second.connection().exchange(client.request("idle", 7, ""));
  CHECK(server.take_faults().size() == 2); // the one has another connection, the other is another's
}

TEST_CASE("A scripted RTMPT server takes no request that is not wholly right") {
  const std::string request = GENERATE(
      "GET /open/1 HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "POST /open/1 HTTP/1.0\r\nContent-Length: 0\r\n\r\n",
      "POST /open/2 HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "POST /send/x HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
      "POST /send/x/01 HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "POST /open/1 HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST /open/1 HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
      "POST /open/1 HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
      "POST /open/1 HTTP/1.1\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n");
  CAPTURE(request);
  ScriptedRtmptServer server;
  HttpConnection connection({"127.0.0.1", server.port()});
  connection.send(request);
  CHECK(connection.closed_by_server());
  CHECK(server.take_faults().size() == 1);
  CHECK(server.requests().empty());
}

TEST_CASE("What a client of node-rtsp-rtmp-server has to know is so") {
  NodeRtmptServer server;
  auto client = client_of(server);
  client.open();
  CHECK(client.id().size() == 31);
  CHECK(client.idle().body == "\1");
  const auto silent = [&] { return !client.connection().readable(Deadline(300ms)); };
  const auto c0_c1 = handshake_bytes();
  client.connection().send(client.request("send", 1, c0_c1.substr(0, 1000)));
  CHECK(silent());
  // The answer to this send comes, that to the one before never.
  CHECK(client.connection().exchange(client.request("send", 2, c0_c1.substr(1000))).body.size() == 1 + 1 + 2 * 1536);
  client.connection().send(client.request("send", 2, "again"));
  CHECK(silent());
  client.connection().send(post("/idle/no-such-session/3", ""));
  CHECK(silent());
  client.reconnect();
  const auto c2 = random_bytes(1536, 2);
  CHECK(client.connection().exchange(client.request("idle", 3, "") + client.request("send", 4, c2)).body == "\1");
  CHECK(silent());
  client.reconnect();
  CHECK(client.connection().exchange(client.request("idle", 5, "")).body == "\1");
  client.reconnect();
  CHECK(client.connection().exchange(client.request("close", 6, "")).body == "\1"); // not the connection of the open
  auto other = client_of(server);
  other.open();
  other.connection().send(other.request("close", 0, std::string(1, '\0')));
  CHECK(other.connection().closed_by_server());
}

TEST_CASE("ffmpeg and librtmp publish to and play from node-rtsp-rtmp-server, and every picture is counted") {
  constexpr auto kLength = 60s; // until all players have had enough; this is the most
  constexpr std::size_t kEnough = 5 * kPictureRate;
  const auto tags = sample(kLength);
  const PictureIndex index(tags);
  REQUIRE(index.count() == static_cast<std::size_t>(kLength.count()) * kPictureRate);
  NodeRtmptServer server;
  FfmpegPublisher ffmpeg(server.stream_url("ffmpeg"), kLength);
  LibrtmpPublisher librtmp(server.tunnelled_stream_url("librtmp"), tags, kLength - 20ms);
  server.wait_for_stream("ffmpeg");
  server.wait_for_stream("librtmp");
  eventually("pictures are published", [&] { return ffmpeg.frames() > 8 && librtmp.progress().pictures > 8; });
  WatchingPlayer direct(server.stream_url("ffmpeg"), kLength, index);
  WatchingPlayer tunnelled(server.tunnelled_stream_url("librtmp"), kLength, index);
  FfmpegPlayer ffmpeg_player(server.tunnelled_stream_url("ffmpeg"), 3s);
  CHECK(ffmpeg_player.wait(Deadline(kLength)) >= least_pictures(3s));
  CHECK(direct.has_seen(kEnough));
  CHECK(tunnelled.has_seen(kEnough));
  const int frames = ffmpeg.finish();
  CHECK(librtmp.finish().complete);
  CHECK(direct.complaint_once_seen(frames - 1, kEnough) == "");
  CHECK(tunnelled.complaint_once_seen(librtmp.progress().pictures - 1, kEnough) == "");
}
