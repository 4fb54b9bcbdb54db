// SPDX-License-Identifier: Apache-2.0
// A program that plays a stream into an FLV file, whose pictures are counted.
#pragma once

#include "support/os/child_process.hpp"
#include "support/os/temp_dir.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

class FilePlayer {
 public:
  // The program and its words, for a stream and the file that it is to write.
  using Words = std::vector<std::string>(const std::string& url, const std::filesystem::path& file);

  // Plays from now on, until the stream ends.
  FilePlayer(Words* words, const std::string& url);

  // Coded pictures in the file so far.
  int pictures() const;

  bool running() { return process_.running(); }

  // What it says.
  std::string log() const;

 private:
  TempDir dir_;
  ChildProcess process_;
};

// rtmpdump; its URL may be rtmp:// or rtmpt://.
std::vector<std::string> rtmpdump(const std::string& url, const std::filesystem::path& file);

} // namespace rtmpt_proxy::test
