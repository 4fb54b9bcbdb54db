// SPDX-License-Identifier: Apache-2.0
#include "support/clients/librtmp_client.hpp"

namespace rtmpt_proxy::test {

namespace {

using Clock = std::chrono::steady_clock;

void note_gap(LibrtmpProgress& progress, Clock::time_point since) {
  const auto gap = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - since).count();
  if (gap > progress.longest_gap_ms) progress.longest_gap_ms = static_cast<int>(gap);
}

// Sends one tag; librtmp reports a lost connection either way.
bool write_tag(RTMP* rtmp, const std::string& tag, LibrtmpProgress& progress) {
  const auto begin = Clock::now();
  const bool written = RTMP_Write(rtmp, tag.data(), static_cast<int>(tag.size())) > 0 && RTMP_IsConnected(rtmp) != 0;
  note_gap(progress, begin);
  if (!written) return false;
  progress.bytes += tag.size();
  ++progress.tags;
  if (is_picture(tag)) ++progress.pictures;
  return true;
}

} // namespace

LibrtmpPlayer::LibrtmpPlayer(std::string url, std::chrono::milliseconds length, OnPicture on_picture)
    : on_picture_(std::move(on_picture)), thread_([this, url, length] { run(url, length); }) {}

LibrtmpPlayer::~LibrtmpPlayer() {
  stop_ = true;
  interrupt_.interrupt();
  join();
}

const LibrtmpProgress& LibrtmpPlayer::join() {
  if (thread_.joinable()) thread_.join();
  return progress_;
}

void LibrtmpPlayer::run(std::string url, std::chrono::milliseconds length) {
  LibrtmpSession session(url + " live=1");
  if (!session.begin(LibrtmpRole::player)) return;
  interrupt_.watch(&session);
  read(session, length);
  interrupt_.watch(nullptr);
}

void LibrtmpPlayer::read(LibrtmpSession& session, std::chrono::milliseconds length) {
  const auto begin = Clock::now();
  FlvCounter counter(on_picture_);
  std::string buffer(64 * 1024, '\0');
  auto last = Clock::now();
  while (!stop_) {
    const int got = RTMP_Read(session.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (got <= 0) return;
    if (progress_.streaming) note_gap(progress_, last);
    last = Clock::now();
    progress_.streaming = true;
    counter.feed({buffer.data(), static_cast<std::size_t>(got)});
    progress_.bytes += static_cast<std::uint64_t>(got);
    progress_.tags = counter.tags();
    progress_.pictures = counter.pictures();
    if (last - begin >= length) {
      progress_.complete = true;
      return;
    }
  }
}

LibrtmpPublisher::LibrtmpPublisher(std::string url, const std::vector<FlvTag>& tags, std::chrono::milliseconds length)
    : thread_([this, url, &tags, length] { run(url, tags, length); }) {}

LibrtmpPublisher::~LibrtmpPublisher() {
  stop_ = true;
  join();
}

const LibrtmpProgress& LibrtmpPublisher::join() {
  if (thread_.joinable()) thread_.join();
  return progress_;
}

const LibrtmpProgress& LibrtmpPublisher::finish() {
  has_enough_ = true;
  return join();
}

void LibrtmpPublisher::run(std::string url, const std::vector<FlvTag>& tags, std::chrono::milliseconds length) {
  LibrtmpSession session(url);
  if (!session.begin(LibrtmpRole::publisher)) return;
  progress_.streaming = true;
  const auto begin = Clock::now();
  const std::uint32_t round_ms = tags.back().time_ms + 1000 / 15;
  for (std::uint32_t base_ms = 0;; base_ms += round_ms) {
    for (const auto& tag : tags) {
      const auto time_ms = base_ms + tag.time_ms;
      std::this_thread::sleep_until(begin + std::chrono::milliseconds(time_ms)); // the pace of real media
      if (stop_ || !write_tag(session.get(), with_time(tag, time_ms), progress_)) return;
      if (has_enough_ || Clock::now() - begin >= length) {
        progress_.complete = true;
        return;
      }
    }
  }
}

} // namespace rtmpt_proxy::test
