// SPDX-License-Identifier: Apache-2.0
// A private key travels from httpd's parent to the gateway as text, and no process keeps that text in its memory.
#include "noting_site.hpp"
#include "support/os/processes.hpp"
#include "support/os/text_file.hpp"
#include "tls_files.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

using namespace rtmpt_proxy::test;

namespace {

constexpr std::uint64_t kMostMappingBytes = 256u << 20;

// The lines of a key in PEM that only this key has.
std::vector<std::string> lines_of_key(const std::filesystem::path& key) {
  const CommandResult result = run_command({"openssl", "pkcs8", "-topk8", "-nocrypt", "-in", key.string()});
  std::istringstream text(result.output);
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);)
    if (line.size() == 64) lines.push_back(line);
  if (lines.size() < 20) throw std::runtime_error("openssl pkcs8: " + result.output);
  lines.erase(lines.begin()); // its kind and length, as of every other key
  return lines;
}

// Which of these texts are in the memory of the process; 0 of the bytes read means that it cannot be looked at.
std::set<std::string> found_in(pid_t pid, const std::vector<std::string>& texts, std::uint64_t& read_bytes) {
  const std::string folder = "/proc/" + std::to_string(pid);
  std::ifstream memory(folder + "/mem", std::ios::binary);
  std::istringstream maps(read_file(folder + "/maps"));
  std::set<std::string> found;
  for (std::string line; std::getline(maps, line);) {
    unsigned long long begin = 0;
    unsigned long long end = 0;
    if (std::sscanf(line.c_str(), "%llx-%llx r", &begin, &end) != 2) continue;
    if (line.find(" r") == std::string::npos || line.find("[v") != std::string::npos) continue;
    if (end - begin > kMostMappingBytes) continue;
    std::string bytes(end - begin, '\0');
    memory.clear();
    memory.seekg(static_cast<std::streamoff>(begin));
    memory.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(memory.gcount()));
    read_bytes += bytes.size();
    for (const std::string& text : texts)
      if (bytes.find(text) != std::string::npos) found.insert(text);
  }
  return found;
}

} // namespace

TEST_CASE("Neither httpd nor the gateway keeps the text in which a key was told") {
  if (::geteuid() != 0) {
    WARN("only root can look into the memory of these processes");
    return;
  }
  HttpdOptions options;
  HttpdFixture httpd(options);
  make_certificate(httpd.root(), {.name = "a.example", .key = "rsa"});
  // mod_ssl reads it in another form than that in which it is told, so that what is found is not of its reading.
  const std::string key = (httpd.root() / "a.example.key").string();
  REQUIRE(run_command({"openssl", "rsa", "-traditional", "-in", key, "-out", key}).exit_code == 0);
  const std::vector<std::string> lines = lines_of_key(key);
  options.more_hosts = tls_host("a.example", "a.example");
  httpd.configure(options);
  httpd.start();
  httpd.graceful();
  httpd.error_log().wait_for("RTMPT421: 1 servers .*0 without success");
  std::vector<pid_t> processes; // the gateway is among them
  eventually("httpd has its children", [&] {
    processes = children_of(httpd.parent_pid());
    return processes.size() >= 3;
  });
  processes.push_back(httpd.parent_pid());
  for (const pid_t pid : processes) {
    CAPTURE(pid, read_file("/proc/" + std::to_string(pid) + "/comm"));
    std::uint64_t read_bytes = 0;
    CHECK(found_in(pid, lines, read_bytes).empty());
    CHECK(read_bytes > 1u << 20);
  }
  // The search finds what is there: this process has the lines itself.
  std::uint64_t read_bytes = 0;
  CHECK(found_in(::getpid(), lines, read_bytes).size() == lines.size());
}
