// SPDX-License-Identifier: Apache-2.0
// Pages in a browser by HTTP/2, on the port where encoders publish by RTMPS.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/clients/witness.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/built.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

TEST_CASE("A browser's pages come by HTTP/2 while encoders publish and play by RTMPS on the same port") {
  const std::string tls_ends_at = GENERATE("httpd", "gateway");
  CAPTURE(tls_ends_at);
  constexpr std::chrono::seconds kPublished{180}; // until the browser has its pages; this is the most
  constexpr int kPages = 20;
  NginxRtmp media;
  HttpdOptions options;
  options.more_modules = {"http2"};
  options.site = "Protocols h2 http/1.1\nRTMPTProxyPass " + media.url() + "\nRTMPTAcceptRTMP On\n";
  options.tls_site = "RTMPTTerminateTLS " + tls_ends_at + "\n";
  options.global = "LogLevel rtmpt_proxy:trace1\n";
  HttpdFixture httpd(options);
  httpd.start();
  const std::string host = "localhost:" + std::to_string(httpd.tls().port);
  LibrtmpPlayer witness(media.stream_url("cam"), kPublished + 60s);
  eventually("the player waits for the stream", [&] { return media.stream("cam").has_value(); });
  // librtmp does not bear the session tickets of mod_ssl's TLS 1.3; the gateway sends none.
  std::unique_ptr<LibrtmpPlayer> by_tls;
  if (tls_ends_at == "gateway") {
    by_tls = std::make_unique<LibrtmpPlayer>("rtmps://" + host + "/live/cam", kPublished + 60s);
    eventually("the player by TLS waits too",
               [&] { return media.stream("cam").value_or(StreamStatistics{}).clients == 2; });
  }
  FfmpegPublisher publisher("rtmps://" + host + "/live/cam", kPublished);
  eventually("pictures come", [&] { return witness.progress().pictures > 0; });

  const TempDir dir;
  const auto output = dir.path() / "pages.log";
  ChildProcess browser({{built::node(), built::browser_folder() + "/pages_test.mjs",
                         "https://127.0.0.1:" + std::to_string(httpd.tls().port) + "/", std::to_string(kPages),
                         std::string(kPageText), built::browser_modules()},
                        output,
                        output});
  CHECK(browser.wait(Deadline(kPublished)) == 0);
  std::string all_by_h2;
  for (int i = 0; i < kPages; ++i)
    all_by_h2 += "h2 200\n";
  CHECK(read_file(output) == all_by_h2);
  const int pictures = publisher.finish();
  check_all_came(witness, pictures);
  if (by_tls) check_all_came(*by_tls, pictures);
  // Those of the browser are mod_ssl's in both cases.
  CHECK(httpd.error_log().count("RTMPT440", by_tls ? 2 : 0) == (by_tls ? 2 : 0));
}
