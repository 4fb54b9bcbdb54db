// SPDX-License-Identifier: Apache-2.0
#include "support/clients/vlc.hpp"

#include "support/os/text_file.hpp"

#include <filesystem>
#include <vector>

#include <unistd.h>

namespace rtmpt_proxy::test {

namespace {

// VLC refuses to run as root: then it is run as nobody, who may write into `folder` alone.
std::vector<std::string> not_as_root(const std::filesystem::path& folder) {
  std::filesystem::create_directory(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::all);
  if (::geteuid() != 0) return {};
  return {"setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"};
}

Command vlc_command(const std::filesystem::path& dir, const std::string& url) {
  const std::filesystem::path folder = dir / "vlc";
  std::vector<std::string> words = not_as_root(folder);
  const std::string file = (folder / "played.ts").string();
  words.insert(words.end(),
               {"env", "HOME=" + folder.string(), "vlc", "--intf", "dummy", "--ignore-config", "--play-and-exit",
                "--no-metadata-network-access", "--sout", "#std{access=file,mux=ts,dst=" + file + "}", url});
  return {std::move(words), dir / "log", dir / "log", folder};
}

} // namespace

VlcPlayer::VlcPlayer(const std::string& url) : process_(vlc_command(dir_.path(), url)) {}

int VlcPlayer::pictures() const {
  const auto counted =
      run_command({"ffprobe", "-v", "quiet", "-count_packets", "-select_streams", "v:0", "-show_entries",
                   "stream=nb_read_packets", "-of", "default=nw=1:nk=1", (dir_.path() / "vlc/played.ts").string()});
  const auto lines = lines_of(counted.output);
  return lines.empty() ? 0 : std::stoi(lines.front());
}

int VlcPlayer::wait(Deadline deadline) {
  process_.wait(deadline);
  return pictures();
}

std::string VlcPlayer::log() const {
  return tail_of(dir_.path() / "log");
}

} // namespace rtmpt_proxy::test
