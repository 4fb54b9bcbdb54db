// SPDX-License-Identifier: Apache-2.0
#include "support/clients/obs.hpp"

#include "support/os/built.hpp"
#include "support/os/text_file.hpp"

#include <utility>
#include <vector>

namespace rtmpt_proxy::test {

namespace {

// OBS reads the certificates that it trusts from one folder of the system, which no setting changes.
std::vector<std::string> trusting(const std::filesystem::path& certificates) {
  if (certificates.empty()) return {};
  return {"unshare", "--mount", "sh", "-c", "mount --bind \"$0\" /etc/ssl/certs && exec \"$@\"", certificates.string()};
}

Command obs_command(const std::filesystem::path& dir, const XServer& display, const ObsServer& server,
                    std::chrono::seconds length) {
  std::vector<std::string> words = trusting(server.certificates);
  for (std::string word : {std::string("env"), "DISPLAY=" + display.display(), "HOME=" + dir.string(),
                           built::obs_publisher(), std::to_string(length.count()), server.url, server.key})
    words.push_back(std::move(word));
  if (!server.user.empty()) words.insert(words.end(), {server.user, server.password});
  return {std::move(words), dir / "said", dir / "log", dir};
}

} // namespace

ObsPublisher::ObsPublisher(const XServer& display, const ObsServer& server, std::chrono::seconds length)
    : process_(obs_command(dir_.path(), display, server, length)) {}

bool ObsPublisher::started() const {
  return read_file(dir_.path() / "said").starts_with("started\n");
}

bool ObsPublisher::wait(Deadline deadline) {
  return process_.wait(deadline) == 0;
}

int ObsPublisher::number_behind(const std::string& word) const {
  for (const std::string& line : lines_of(read_file(dir_.path() / "said"))) {
    if (line.starts_with(word)) return std::stoi(line.substr(word.size()));
  }
  throw std::runtime_error("OBS said no " + word + "\n" + log());
}

std::string ObsPublisher::log() const {
  return tail_of(dir_.path() / "log");
}

} // namespace rtmpt_proxy::test
