// SPDX-License-Identifier: Apache-2.0
#include "support/clients/gstreamer.hpp"

#include "support/os/text_file.hpp"

namespace rtmpt_proxy::test {

namespace {

// The words of a pipeline: what gst-launch-1.0 takes as one argument each.
using Words = std::vector<std::string>;

Words at(const std::string& element, const std::string& url) {
  return {element, "location=" + url, "tls-validation-flags=no-flags"};
}

Words launch(const std::vector<Words>& parts) {
  Words words{"gst-launch-1.0", "--quiet"};
  for (const Words& part : parts)
    words.insert(words.end(), part.begin(), part.end());
  return words;
}

// Muxed anew, as an encoder's pictures are; the sink waits for each tag's time.
Command publish_command(const std::filesystem::path& dir, const std::string& url, const std::filesystem::path& file) {
  const auto words = launch({{"filesrc", "location=" + file.string(), "!", "flvdemux", "name=in"},
                             {"flvmux", "name=out", "streamable=true", "!"},
                             at("rtmp2sink", url),
                             {"in.video", "!", "queue", "!", "h264parse", "!", "out."},
                             {"in.audio", "!", "queue", "!", "aacparse", "!", "out."}});
  return {words, dir / "log", dir / "log", dir};
}

} // namespace

GstreamerPublisher::GstreamerPublisher(const std::string& url, const std::filesystem::path& file)
    : process_(publish_command(dir_.path(), url, file)) {}

std::string GstreamerPublisher::log() const {
  return tail_of(dir_.path() / "log");
}

std::vector<std::string> gstreamer(const std::string& url, const std::filesystem::path& file) {
  return launch({at("rtmp2src", url), {"!", "filesink", "buffer-mode=unbuffered", "location=" + file.string()}});
}

} // namespace rtmpt_proxy::test
