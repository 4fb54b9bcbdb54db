// SPDX-License-Identifier: Apache-2.0
#include "support/clients/ffmpeg.hpp"

#include "support/os/text_file.hpp"

#include <algorithm>
#include <csignal>
#include <stdexcept>

namespace rtmpt_proxy::test {

namespace {

using Arguments = std::vector<std::string>;

Arguments operator+(Arguments left, const Arguments& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Arguments source(std::chrono::seconds length) {
  const auto rate = std::to_string(kPictureRate);
  return {"-f",       "lavfi",
          "-i",       "testsrc=size=160x120:rate=" + rate,
          "-f",       "lavfi",
          "-i",       "sine=frequency=440",
          "-t",       std::to_string(length.count()),
          "-c:v",     "libx264",
          "-preset",  "ultrafast",
          "-tune",    "zerolatency",
          "-threads", "1",
          "-pix_fmt", "yuv420p",
          "-g",       rate,
          "-c:a",     "aac",
          "-b:a",     "64k",
          "-f",       "flv"};
}

const Arguments kFfmpeg{"ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "info"};

// `what` with all that belongs to it but the place where it goes.
Command publish_command(const std::filesystem::path& dir, const std::string& url, const Arguments& what) {
  return {kFfmpeg + Arguments{"-progress", (dir / "progress").string(), "-stats_period", "0.1", "-re"} + what +
              Arguments{url},
          dir / "log", dir / "log", dir};
}

Command play_command(const std::filesystem::path& dir, const std::string& url, std::chrono::seconds length) {
  return {kFfmpeg + Arguments{"-analyzeduration", "1000000", "-i", url, "-t", std::to_string(length.count()), "-map",
                              "0:v", "-c", "copy", "-flush_packets", "1", "-f", "framecrc", (dir / "frames").string()},
          dir / "log", dir / "log", dir};
}

} // namespace

FfmpegPublisher::FfmpegPublisher(const std::string& url, std::chrono::seconds length)
    : process_(publish_command(dir_.path(), url, source(length))) {}

FfmpegPublisher::FfmpegPublisher(const std::string& url, const std::filesystem::path& file)
    : process_(publish_command(dir_.path(), url, {"-i", file.string(), "-c", "copy", "-f", "flv"})) {}

int FfmpegPublisher::frames() const {
  const auto progress = read_file(dir_.path() / "progress");
  const auto at = progress.rfind("frame=");
  const auto end = progress.find('\n', at);
  if (at == std::string::npos || end == std::string::npos) return 0;
  return std::stoi(progress.substr(at + 6, end - at - 6));
}

int FfmpegPublisher::wait(Deadline deadline) {
  process_.wait(deadline);
  return frames();
}

void FfmpegPublisher::interrupt() {
  process_.signal(SIGINT);
  process_.wait();
}

int FfmpegPublisher::finish() {
  interrupt();
  return frames();
}

std::string FfmpegPublisher::log() const {
  return tail_of(dir_.path() / "log");
}

FfmpegPlayer::FfmpegPlayer(const std::string& url, std::chrono::seconds length)
    : process_(play_command(dir_.path(), url, length)) {}

int FfmpegPlayer::frames() const {
  const auto lines = lines_of(read_file(dir_.path() / "frames"));
  return static_cast<int>(
      std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.starts_with("0,"); }));
}

int FfmpegPlayer::wait(Deadline deadline) {
  process_.wait(deadline);
  return frames();
}

std::string FfmpegPlayer::log() const {
  return tail_of(dir_.path() / "log");
}

void make_flv(const std::filesystem::path& file, std::chrono::seconds length) {
  const auto result =
      run_command(kFfmpeg + source(length) + Arguments{file.string()}, Deadline(std::chrono::seconds{60}));
  if (result.exit_code != 0 || read_file(file).size() < 1000) throw std::runtime_error("ffmpeg: " + result.output);
}

} // namespace rtmpt_proxy::test
