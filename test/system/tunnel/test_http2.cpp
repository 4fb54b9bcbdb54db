// SPDX-License-Identifier: Apache-2.0
// HTTP/2: a connection carries many people's requests, so it is never handed over; its requests are forwarded.
#include "support/os/random_bytes.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// curl over HTTP/2, one request a call.
class Http2Client {
 public:
  explicit Http2Client(std::string origin) : origin_(std::move(origin)) {}

  // The body of the answer. Throws std::runtime_error when it is not a 200 over HTTP/2.
  std::string post(const std::string& target, const std::string& body) {
    write_file(dir_.path() / "body", body);
    return run({"--data-binary", "@" + (dir_.path() / "body").string(), origin_ + target});
  }

  // The same without a Content-Length: curl reads the body from a pipe, and HTTP/2 marks its end.
  std::string post_from_pipe(const std::string& target, const std::string& body) {
    write_file(dir_.path() / "body", body);
    return run({"--request", "POST", "--upload-file", "-", origin_ + target},
               "cat " + (dir_.path() / "body").string() + " | ");
  }

 private:
  std::string run(const std::vector<std::string>& arguments, const std::string& source = {}) {
    const auto answer = dir_.path() / "answer";
    std::string line = source + "curl --silent --show-error --insecure --http2 --header Expect: --output " +
                       answer.string() + " --write-out '%{http_version} %{response_code}'";
    for (const auto& argument : arguments)
      line += " '" + argument + "'";
    const auto result = run_command({"sh", "-c", line});
    if (result.output != "2 200") throw std::runtime_error("curl: " + result.output);
    return read_file(answer);
  }

  TempDir dir_;
  std::string origin_;
};

HttpdOptions with_http2() {
  HttpdOptions options;
  options.more_modules = {"http2"};
  options.global = "Protocols h2 h2c http/1.1\n";
  return options;
}

} // namespace

TEST_CASE("A session works over HTTP/2") {
  TunnelSite site(with_http2());
  Http2Client client("https://localhost:" + std::to_string(site.httpd().tls().port));
  const auto opened = client.post("/open/1", std::string(1, '\0'));
  const auto id = opened.substr(0, opened.size() - 1);
  auto media = site.backend().accept();
  const auto up = random_bytes(3000, 1);
  const auto down = random_bytes(2000, 2);
  media->send(down);
  std::string received = client.post(tunnel_target("send", id, 0), up).substr(1);
  for (std::uint32_t number = 1; received.size() < down.size() && number < 20; ++number) {
    received += client.post(tunnel_target("idle", id, number), std::string(1, '\0')).substr(1);
  }
  CHECK(difference(received, down) == "");
  CHECK(difference(media->wait_for_bytes(up.size()), up) == "");
  CHECK(client.post(tunnel_target("close", id, 30), std::string(1, '\0')) == std::string(1, '\0'));
  CHECK_NOTHROW(media->wait_for_end());
}

TEST_CASE("Over HTTP/2 a body needs no Content-Length") {
  TunnelSite site(with_http2());
  Http2Client client("https://localhost:" + std::to_string(site.httpd().tls().port));
  const auto opened = client.post_from_pipe("/open/1", std::string(1, '\0'));
  const auto id = opened.substr(0, opened.size() - 1);
  auto media = site.backend().accept();
  std::string up;
  std::uint32_t number = 0;
  for (const std::size_t size : {0u, 1u, 16'384u, 300'000u}) {
    CAPTURE(size);
    const auto body = random_bytes(size, number);
    REQUIRE_NOTHROW(client.post_from_pipe(tunnel_target("send", id, number++), body));
    up += body;
  }
  CHECK_NOTHROW(client.post_from_pipe(tunnel_target("idle", id, number++), std::string(1, '\0')));
  CHECK(difference(media->wait_for_bytes(up.size()), up) == "");
  CHECK(client.post_from_pipe(tunnel_target("close", id, number), "") == std::string(1, '\0'));
  CHECK_NOTHROW(media->wait_for_end());
}
