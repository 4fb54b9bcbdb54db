// SPDX-License-Identifier: Apache-2.0
#include "support/clients/file_player.hpp"

#include "support/clients/flv.hpp"
#include "support/os/text_file.hpp"

namespace rtmpt_proxy::test {

FilePlayer::FilePlayer(Words* words, const std::string& url)
    : process_({words(url, dir_.path() / "played.flv"), dir_.path() / "log", dir_.path() / "log", dir_.path()}) {}

int FilePlayer::pictures() const {
  FlvCounter counter;
  counter.feed(read_file(dir_.path() / "played.flv"));
  return counter.pictures();
}

std::string FilePlayer::log() const {
  return tail_of(dir_.path() / "log");
}

std::vector<std::string> rtmpdump(const std::string& url, const std::filesystem::path& file) {
  return {"rtmpdump", "--live", "--rtmp", url, "--flv", file.string()};
}

} // namespace rtmpt_proxy::test
