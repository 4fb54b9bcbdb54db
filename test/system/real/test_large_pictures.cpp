// SPDX-License-Identifier: Apache-2.0
// A real encoder at the rate of a studio: ffmpeg publishes 25 Mb/s with key frames of 3 MB, in all ways at once and
// with no setting changed. The media server has every picture, byte for byte.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/flv.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/random_bytes.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr int kRate = 25; // pictures a second
constexpr int kGroup = 50;
constexpr int kGroups = 5;
constexpr int kPictures = kGroup * kGroups;
// ffmpeg puts ten packets into a request, and drops at its end what does not fill one.
constexpr int kSparePictures = 9;
constexpr std::size_t kLeastKeyFrameBytes = 2'500'000;
constexpr std::size_t kFillerBytes = 66'000;    // brings all other pictures to the rate
constexpr std::size_t kLeastBytes = 30'000'000; // of ten seconds

std::string big_endian(std::size_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    text += static_cast<char>(value >> shift & 0xff);
  return text;
}

// Two seconds of one noisy picture, which is all in the key frame. The others say that nothing has changed.
std::vector<FlvTag> encode_group(const std::filesystem::path& file) {
  const auto result =
      run_command({"ffmpeg",
                   "-hide_banner",
                   "-nostdin",
                   "-loglevel",
                   "error",
                   "-f",
                   "lavfi",
                   "-i",
                   "nullsrc=size=1920x1080:rate=25,geq=random(1)*255:128:128,trim=end_frame=1,loop=loop=49:size=1",
                   "-frames:v",
                   std::to_string(kGroup),
                   "-c:v",
                   "libx264",
                   "-preset",
                   "ultrafast",
                   "-tune",
                   "zerolatency",
                   "-qp",
                   "10",
                   "-g",
                   std::to_string(kGroup),
                   "-pix_fmt",
                   "yuv420p",
                   "-f",
                   "flv",
                   file.string()},
                  Deadline(60s));
  if (result.exit_code != 0) throw std::runtime_error("ffmpeg: " + result.output);
  return read_flv(read_file(file));
}

// The picture with a NAL unit of filler data (type 12) behind it, which decoders skip.
std::string filled(const std::string& tag, std::uint32_t seed) {
  std::string body = tag.substr(kFlvTagHeaderBytes, tag.size() - kFlvTagHeaderBytes - 4);
  const std::string filler = "\x0c" + std::string(kFillerBytes, '\xff') + "\x80";
  body += big_endian(filler.size(), 4) + filler;
  body[body.size() - 2 - seed % kFillerBytes] = '\x7f'; // no two are alike
  return tag.substr(0, 1) + big_endian(body.size(), 3) + tag.substr(4, kFlvTagHeaderBytes - 4) + body +
         big_endian(kFlvTagHeaderBytes + body.size(), 4);
}

// Ten seconds, as a file for ffmpeg.
std::string ten_seconds(const std::vector<FlvTag>& group) {
  std::string file("FLV\x01\x01\0\0\0\x09\0\0\0\0", kFlvHeaderBytes);
  int pictures = 0;
  for (int round = 0; round <= kGroups; ++round) {
    for (const FlvTag& tag : group) {
      if (pictures == kPictures + kSparePictures) return file;
      const bool is_coded = is_picture(tag.bytes);
      if (!is_coded && (round > 0 || tag.bytes.size() < 30)) continue; // set up once; no end of sequence
      FlvTag next = tag;
      if (is_coded && tag.bytes.size() < kFillerBytes)
        next.bytes = filled(tag.bytes, static_cast<std::uint32_t>(pictures));
      file += with_time(next, static_cast<std::uint32_t>(1000 / kRate * pictures));
      if (is_coded) ++pictures;
    }
  }
  return file;
}

// The coded pictures of an FLV file, without times.
std::vector<std::string> pictures_of(std::string_view file) {
  std::vector<std::string> pictures;
  if (file.size() < kFlvHeaderBytes) return pictures;
  for (const FlvTag& tag : read_flv(file))
    if (is_picture(tag.bytes))
      pictures.push_back(tag.bytes.substr(kFlvTagHeaderBytes, tag.bytes.size() - kFlvTagHeaderBytes - 4));
  return pictures;
}

// Empty when the pictures are those that were sent, up to the last few.
std::string first_difference(const std::vector<std::string>& got, const std::vector<std::string>& sent) {
  for (std::size_t i = 0; i < std::min(got.size(), sent.size()); ++i)
    if (got[i] != sent[i]) return "picture " + std::to_string(i) + ": " + difference(got[i], sent[i]);
  return got.size() >= kPictures && got.size() <= sent.size()
             ? ""
             : std::to_string(got.size()) + " pictures of " + std::to_string(sent.size());
}

} // namespace

TEST_CASE("ffmpeg publishes 25 Mb/s with key frames of 3 MB in all ways at once, and every byte of it arrives") {
  const TempDir dir;
  const auto file = dir.path() / "source.flv";
  write_file(file, ten_seconds(encode_group(dir.path() / "group.flv")));
  const auto sent = pictures_of(read_file(file));
  REQUIRE(sent.size() == kPictures + kSparePictures);
  REQUIRE(sent.front().size() >= kLeastKeyFrameBytes);
  REQUIRE(read_file(file).size() >= kLeastBytes);

  NginxRtmpOptions recording;
  recording.server = "max_message 16M;"; // nginx's own limit for a picture is 1 MB
  recording.application = "recorder all { record all; record_path " + dir.path().string() + "; record_suffix .flv; }";
  NginxRtmp media(recording);
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + media.url() + "\n";
  options.more_hosts = "<VirtualHost *:@PORT@>\n  ServerName 127.0.0.1\n  RTMPTProxyPass " + media.url() +
                       "\n  RTMPTHandOver Off\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  const std::string plain_port = std::to_string(httpd.plain().port);
  FfmpegPublisher taken("rtmpt://localhost:" + plain_port + "/live/taken", file);
  FfmpegPublisher pumped("rtmpts://localhost:" + std::to_string(httpd.tls().port) + "/live/pumped", file);
  FfmpegPublisher forwarded("rtmpt://127.0.0.1:" + plain_port + "/live/forwarded", file);
  for (auto* publisher : {&taken, &pumped, &forwarded}) {
    const int frames = publisher->wait(Deadline(90s));
    INFO(publisher->log());
    CHECK(frames == kPictures + kSparePictures);
  }
  for (const std::string name : {"taken", "pumped", "forwarded"}) {
    CAPTURE(name);
    std::string complaint;
    happens([&] {
      complaint = first_difference(pictures_of(read_file(dir.path() / (name + ".flv"))), sent);
      return complaint.empty();
    });
    CHECK(complaint == "");
  }
  // Each went its way.
  CHECK(httpd.access_count("^127.0.0.1:.* POST /send/.* 200", 21) > 20);
  CHECK(httpd.access_count("^localhost:.* POST /send/.* 200") == 0);
}
