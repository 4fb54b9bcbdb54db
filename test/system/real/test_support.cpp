// SPDX-License-Identifier: Apache-2.0
// The fixtures themselves, on a stock httpd and a media server without a tunnel: a fixture that counts wrong would make
// every other test worthless.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/http_connection.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/clients/witness.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/processes.hpp"
#include "support/os/random_bytes.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"
#include "support/peers/scripted_backend.hpp"

#include <catch2/catch.hpp>

#include <csignal>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

HttpdOptions stock(const std::string& mpm) {
  HttpdOptions options;
  options.mpm = mpm;
  options.with_module = false;
  return options;
}

} // namespace

TEST_CASE("A stock httpd serves its page over IPv4, IPv6 and TLS, through graceful and restart") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  HttpdFixture httpd(stock(mpm));
  httpd.start();
  for (const auto& endpoint : {httpd.plain(), httpd.plain_v6(), httpd.tls()}) {
    CAPTURE(endpoint.address, endpoint.tls);
    const auto page = fetch(endpoint, "/");
    CHECK(page.status == 200);
    CHECK(page.body == kPageText);
  }
  const auto parent = httpd.parent_pid();
  httpd.graceful();
  httpd.restart();
  CHECK(httpd.parent_pid() == parent);
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
  // httpd writes its line after the answer.
  CHECK(happens([&] { return httpd.access_count("GET / HTTP/1.1 200") >= 5; }));
}

TEST_CASE("The error log's reader finds what was not expected and misses what was") {
  const TempDir dir;
  const auto file = dir.path() / "error.log";
  write_file(file, "[core:notice] [pid 1] AH00094: Command line\n[rtmpt_proxy:error] [pid 1] RTMPT001: no backend\n");
  ErrorLog log(file);
  REQUIRE(log.complaints().size() == 1);
  log.expect("RTMPT001");
  CHECK(log.complaints().empty());
  log.expect("RTMPT002");
  REQUIRE(log.complaints().size() == 1);
  CHECK(log.complaints().front().find("RTMPT002") != std::string::npos);
}

TEST_CASE("No pattern for what chance may bring hides a crash from the error log's reader") {
  const TempDir dir;
  const auto file = dir.path() / "error.log";
  write_file(file, "[core:notice] [pid 1] AH00052: child pid 2 exit signal Segmentation fault (11)\n"
                   "[proxy:error] [pid 1] AH00898: Error reading from remote server\n");
  ErrorLog log(file);
  log.allow("AH0|AH1");
  REQUIRE(log.complaints().size() == 1);
  CHECK(log.complaints().front().find("Segmentation fault") != std::string::npos);
  log.expect("AH00052");
  CHECK(log.complaints().empty());
}

TEST_CASE("A group of processes ends with the fixture that started it") {
  const TempDir dir;
  const auto program = dir.path() / "a-sleeper";
  std::filesystem::copy_file("/bin/sleep", program);
  {
    const auto script = program.string() + " 1000 & " + program.string() + " 1000 & wait";
    ChildProcess process({{"/bin/sh", "-c", script}});
    eventually("both run", [&] { return processes_of(program).size() == 2; });
  }
  CHECK(happens([&] { return processes_of(program).empty(); }));
}

TEST_CASE("A scripted backend records, sends, stops reading and resets") {
  ScriptedBackend backend(16 * 1024);
  auto client = connect_to({"127.0.0.1", backend.port()});
  auto connection = backend.accept();
  const auto bytes = random_bytes(300'000, 1);
  for (const auto& piece : random_pieces(bytes, 5000, 2))
    client->write_all(piece);
  CHECK(difference(connection->wait_for_bytes(bytes.size()), bytes) == "");

  connection->send("from the backend");
  CHECK(client->read_some(Deadline{}) == "from the backend");

  connection->stop_reading();
  const auto much = random_bytes(20'000'000, 3);
  std::size_t stuck_at = 0;
  while (const auto sent = client->write_some(std::string_view(much).substr(stuck_at), Deadline(300ms))) {
    stuck_at += sent;
  }
  CHECK(stuck_at < much.size());
  connection->resume_reading();
  client->write_all(std::string_view(much).substr(stuck_at));
  CHECK(difference(connection->wait_for_bytes(bytes.size() + much.size()), bytes + much) == "");

  connection->reset();
  CHECK_THROWS_AS(client->read_some(Deadline{}), std::system_error);
  backend.stop_listening();
  CHECK_THROWS_AS(connect_to({"127.0.0.1", backend.port()}), std::system_error);
}

TEST_CASE("ffmpeg and librtmp publish and play without a tunnel, and every frame is counted") {
  NginxRtmp media;
  LibrtmpPlayer witness(media.stream_url("picture"), 2min);
  eventually("the witness plays", [&] { return media.stream("picture").has_value(); });
  FfmpegPublisher publisher(media.stream_url("picture"), 60s);
  media.wait_for_stream("picture");
  FfmpegPlayer ffmpeg_player(media.stream_url("picture"), 4s);
  LibrtmpPlayer librtmp_player(media.stream_url("picture"), 4s);
  INFO(ffmpeg_player.log());
  CHECK(ffmpeg_player.wait(Deadline(60s)) >= least_pictures(4s));
  CHECK(librtmp_player.join().complete);
  CHECK(librtmp_player.progress().pictures >= least_pictures(4s));
  CHECK(media.stream("picture")->clients >= 1);
  check_all_came(witness, publisher.finish());
}

TEST_CASE("librtmp publishes a file in real time") {
  NginxRtmp media;
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", 2s);
  const auto tags = read_flv(read_file(dir.path() / "sample.flv"));
  REQUIRE(tags.size() > 2 * kPictureRate);
  LibrtmpPublisher publisher(media.stream_url("file"), tags, 60s);
  media.wait_for_stream("file");
  LibrtmpPlayer player(media.stream_url("file"), 3s);
  CHECK(player.join().complete);
  CHECK(player.progress().pictures >= least_pictures(3s));
  const auto statistics = media.stream("file");
  REQUIRE(statistics);
  CHECK(statistics->publishing);
  CHECK(publisher.finish().complete);
}
