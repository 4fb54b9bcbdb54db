// SPDX-License-Identifier: Apache-2.0
// The commands of the documents, run as they stand: those of the README publish and play on the site that the README
// configures, those of the other documents ask and direct it.
#include "support/clients/farm_sessions.hpp"
#include "support/clients/tunnel_client.hpp"
#include "support/httpd/apxs.hpp"
#include "support/httpd/document_blocks.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/httpd/rtmptctl.hpp"
#include "support/os/built.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"
#include "support/peers/scripted_backend.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <regex>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

const fs::path kProject = fs::path(built::docs_folder()).parent_path();

// The block of that language that has these words. Throws std::runtime_error when there is none.
DocumentBlock block_with(const std::string& file, const std::string& language, const std::string& words) {
  for (auto& block : blocks_of(kProject / file))
    if (block.language == language && block.text.find(words) != std::string::npos) return block;
  throw std::runtime_error("no block of '" + language + "' with '" + words + "' in " + file);
}

// The README's site: its virtual hosts on the test's ports, under a name that this machine resolves, in front of a
// media server of the test.
HttpdOptions documented_site(const NginxRtmp& media) {
  HttpdOptions options;
  std::string& lines = options.more_hosts;
  lines = block_with("README.md", "apache", "SSLEngine on").text;
  lines = replace_all(lines, "*:80>", "*:@PORT@>");
  lines = replace_all(lines, "*:443>", "*:@TLS_PORT@>");
  lines = replace_all(lines, "live.example.com\n", "127.0.0.1\n");
  lines = replace_all(lines, "/var/www/html", "@ROOT@/htdocs");
  lines = replace_all(lines, "rtmp://127.0.0.1:1935", media.url());
  lines = replace_all(lines, "/etc/ssl/certs/live.example.com.pem", "@ROOT@/certificate.pem");
  lines = replace_all(lines, "/etc/ssl/private/live.example.com.key", "@ROOT@/key.pem");
  return options;
}

// An administrator's shell on the machine of that httpd.
class Shell {
 public:
  explicit Shell(const HttpdFixture& httpd) : httpd_(httpd), folder_(httpd.root() / "bin") {
    fs::create_directory(folder_);
    add("apachectl", "case $1 in configtest) set -- -t ;; *) set -- -k \"$1\" ;; esac\nexec " +
                         httpd_program().string() + " -f " + (httpd.root() / "httpd.conf").string() + " \"$@\"");
    add("rtmptctl", "exec " + built::control_program() + " -s " + Rtmptctl(httpd).socket().string() + " \"$@\"");
  }

  // What a line of a document is here: names and ports that only an example can have are replaced.
  std::string here(std::string line) const {
    const std::string port = ":" + std::to_string(httpd_.plain().port);
    for (const char* const name : {"//live.example.com/", "//live.example.com:80/"})
      line = replace_all(line, name, "//127.0.0.1" + port + "/");
    line = replace_all(line, "//localhost/", "//localhost" + port + "/");
    return replace_all(line, "/var/log/apache2/", (httpd_.root() / "logs").string() + "/");
  }

  std::vector<std::string> command(const std::string& line) const {
    return {"/usr/bin/env", "PATH=" + folder_.string() + ":/usr/sbin:/usr/bin:/sbin:/bin", "/bin/bash", "-c",
            here(line)};
  }

  CommandResult run(const std::string& line) const { return run_command(command(line), Deadline(60s)); }

 private:
  void add(const std::string& name, const std::string& text) const {
    write_file(folder_ / name, "#!/bin/sh\n" + text + "\n");
    fs::permissions(folder_ / name, fs::perms(0755));
  }

  const HttpdFixture& httpd_;
  fs::path folder_;
};

void check_good(const CommandResult& result) {
  CAPTURE(result.output);
  CHECK(result.exit_code == 0);
}

// Programs that a document may name although this machine need not have them: those of Debian's package apache2, of
// which the tests have the server alone, and perf.
const std::vector<std::string> kElsewhere{"a2enmod",   "a2dismod", "a2ensite", "a2dissite",
                                          "apachectl", "rtmptctl", "perf"};

bool is_known_program(const std::string& word) {
  if (std::find(kElsewhere.begin(), kElsewhere.end(), word) != kElsewhere.end()) return true;
  if (word.starts_with("build-test/")) return true;         // a test program, whatever its name
  if (fs::exists(kProject / "scripts" / word)) return true; // installed under its own name
  if (word.find('/') != std::string::npos) return fs::exists(kProject / word);
  return run_command({"/bin/bash", "-c", "type -- " + word}).exit_code == 0;
}

// The programs that the lines call: the first word of each command. Comments and quoted words are no commands.
std::vector<std::string> programs_of(const std::string& lines) {
  std::vector<std::string> programs;
  for (auto line : lines_of(lines)) {
    line = std::regex_replace(line, std::regex("'[^']*'|\"[^\"]*\""), "QUOTED");
    line = std::regex_replace(line, std::regex("(^| )#.*"), "");
    const std::regex command("(?:^|&& *|\\|\\| *|[;|] *)((?:do |until |then )?)([\\w./-]+)");
    for (std::sregex_iterator found(line.begin(), line.end(), command), end; found != end; ++found)
      programs.push_back((*found)[2]);
  }
  return programs;
}

} // namespace

TEST_CASE("The README's site carries what the README's commands publish and play") {
  NginxRtmp media;
  HttpdFixture httpd(documented_site(media));
  httpd.error_log().allow("AH01909"); // the test's certificate is for localhost
  httpd.start();
  const Shell shell(httpd);
  const auto lines = lines_of(block_with("README.md", "sh", "ffmpeg -re").text);
  REQUIRE(lines.size() == 5);
  check_good(shell.run(lines[0]));
  ChildProcess publisher(Command{shell.command(lines[1]), "/dev/null", httpd.root() / "publisher.log"});
  media.wait_for_stream("test");
  for (const std::size_t player : {2u, 3u}) { // by RTMPT, and by RTMP
    CAPTURE(lines[player]);
    const auto played = shell.run(lines[player]);
    check_good(played);
    std::smatch frames;
    const std::string end = played.output.substr(played.output.rfind("frame="));
    REQUIRE(std::regex_search(end, frames, std::regex("frame= *(\\d+)")));
    CHECK(std::stoi(frames[1]) >= 4 * 25);
  }
  const auto state = shell.run(lines[4]);
  check_good(state);
  CHECK(state.output.find("\"stream\":\"test\"") != std::string::npos);
  CHECK(state.output.find("\"kind\":\"publish\"") != std::string::npos);
}

TEST_CASE("The commands of troubleshooting say what they are for") {
  NginxRtmp media;
  HttpdFixture httpd(documented_site(media));
  httpd.error_log().allow("AH01909"); // the test's certificate is for localhost
  httpd.start();
  const Shell shell(httpd);
  for (const auto& line : lines_of(block_with("docs/troubleshooting.md", "sh", "rtmptctl probe").text))
    check_good(shell.run(line));
  for (const auto& line : lines_of(block_with("docs/troubleshooting.md", "sh", "apachectl configtest").text)) {
    CAPTURE(line);
    check_good(shell.run(line));
  }
  const auto opened = shell.run(block_with("docs/troubleshooting.md", "sh", "curl -i").text);
  check_good(opened);
  CHECK(opened.output.find("HTTP/1.1 200") != std::string::npos);
  CHECK(std::regex_search(opened.output, std::regex("\n[A-Za-z0-9_-]{23}\n$")));
  httpd.error_log().wait_for("RTMPT303: .* ended: no request in time", 1, Deadline(30s)); // after 5 s, as the text says
}

TEST_CASE("The commands of rtmptctl in the documents are carried out") {
  ScriptedBackend media;
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + media.url() + "\n";
  HttpdFixture httpd(options);
  httpd.start();
  const Shell shell(httpd);
  TunnelClient client(httpd.plain());
  client.open();
  const auto connection = media.accept();
  const std::string session = Rtmptctl(httpd).rows("sessions").at(0).at("SESSION");
  const auto lines = lines_of(block_with("docs/monitoring.md", "sh", "rtmptctl drain").text);
  CHECK(lines.size() == 7);
  for (auto line : lines) {
    line = replace_all(replace_all(line, "k3v9q2m8xa", session), "rtmp://10.0.0.11", media.url());
    CAPTURE(line);
    check_good(shell.run(line));
  }
  CHECK_NOTHROW(connection->wait_for_end());
}

TEST_CASE("Every command in the documents is good shell, and a program that there is") {
  std::size_t seen = 0;
  for (const auto& file : documents())
    for (const auto& block : blocks_of(file)) {
      if (block.language != "sh") continue;
      CAPTURE(file, block.text);
      check_good(run_command({"/bin/bash", "-n", "-c", block.text}));
      for (const auto& program : programs_of(block.text)) {
        CAPTURE(program);
        const bool is_of_the_block = block.text.find(program + "() {") != std::string::npos;
        CHECK((is_of_the_block || is_known_program(program)));
        ++seen;
      }
    }
  CHECK(seen >= 20);
}
