// SPDX-License-Identifier: Apache-2.0
// Every block of configuration in the documents and in conf.d/ is one that its program takes, as it stands on
// Debian.
#include "support/clients/tunnel_client.hpp"
#include "support/httpd/document_blocks.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/built.hpp"
#include "support/os/temp_dir.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/scripted_backend.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <regex>

using namespace rtmpt_proxy::test;

namespace {

namespace fs = std::filesystem;

const fs::path kConfigurationFolder = built::conf_folder();

// Languages of blocks that no program here reads: commands and output; programs, which have tests of their own; and
// Pound's, for Debian 12 has no Pound.
const std::vector<std::string> kUnchecked{"sh", "text", "php", "python", "pound", "html", "json"};

std::vector<DocumentBlock> all_blocks() {
  std::vector<DocumentBlock> all;
  for (const auto& file : documents())
    for (auto& block : blocks_of(file))
      all.push_back(std::move(block));
  return all;
}

std::string place_of(const DocumentBlock& block) {
  return block.file.string() + ":" + std::to_string(block.line);
}

bool looks_like_directives(const std::string& text) {
  return std::regex_search(text,
                           std::regex("(^|\\n)\\s*(RTMPT|RPAF|Proxy|Balancer|CustomLog|LogFormat|<(Virtual|Loc|If))"));
}

// A file of conf.d with its commented lines in force.
DocumentBlock uncommented(const fs::path& file) {
  DocumentBlock block{file, 1, "apache", "", ""};
  for (const auto& line : lines_of(read_file(file)))
    block.text += std::regex_replace(line, std::regex("^  #([A-Z])"), "  $1") + "\n";
  return block;
}

void check_good(const DocumentBlock& block) {
  CAPTURE(place_of(block), block.text);
  const auto result = check_block(block);
  CAPTURE(result.output);
  CHECK(result.exit_code == 0);
}

} // namespace

TEST_CASE("Every block in the documents names a language, and no configuration hides among text") {
  for (const auto& block : all_blocks()) {
    CAPTURE(place_of(block), block.language);
    const bool known = std::find(kUnchecked.begin(), kUnchecked.end(), block.language) != kUnchecked.end();
    CHECK((known || is_checked(block.language)));
    if (!is_checked(block.language)) CHECK_FALSE(looks_like_directives(block.text));
  }
}

TEST_CASE("Every block of configuration in the documents is one that its program takes without a warning") {
  std::map<std::string, int> seen;
  for (const auto& block : all_blocks()) {
    if (!is_checked(block.language)) continue;
    ++seen[block.language];
    check_good(block);
  }
  for (const std::string language : {"apache", "nginx", "haproxy", "logrotate", "rsyslog", "yaml", "ini"}) {
    CAPTURE(language);
    CHECK(seen[language] >= 1);
  }
}

TEST_CASE("A wrong line in any block of configuration is noticed") {
  for (auto block : all_blocks()) {
    if (!is_checked(block.language)) continue;
    block.text += "no line of configuration {\n";
    CAPTURE(place_of(block), block.text);
    CHECK(check_block(block).exit_code != 0);
  }
}

TEST_CASE("A fragment is put where the comment in front of it says") {
  const TempDir folder;
  const auto file = folder.path() / "fragment.md";
  const std::string block = "```apache\nAllowOverride None\n```\n"; // for a <Directory> alone
  write_file(file, "Text.\n\n<!-- within <Directory /var/www/html> -->\n\n" + block + "\n" + block);
  const auto blocks = blocks_of(file);
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0].within == "<Directory /var/www/html>");
  CHECK(check_block(blocks[0]).exit_code == 0);
  CHECK(blocks[1].within.empty());
  CHECK(check_block(blocks[1]).output.find("AllowOverride not allowed here") != std::string::npos);
}

TEST_CASE("The formats for those who come from Pound can be pasted as they stand") {
  std::size_t seen = 0;
  for (const auto& line : lines_of(read_file(fs::path(built::docs_folder()) / "logs.md"))) {
    std::smatch cell;
    if (!std::regex_search(line, cell, std::regex("^\\| [0-5] \\| .* \\| `(RTMPTSessionLog .*)` \\|$"))) continue;
    ++seen;
    check_good({"docs/logs.md", 0, "apache", "", cell[1].str() + "\n"});
  }
  CHECK(seen == 6);
}

TEST_CASE("The routes of the reference are found by what clients send") {
  const auto blocks = blocks_of(fs::path(built::docs_folder()) / "directives.md");
  const auto block = std::find_if(blocks.begin(), blocks.end(), [](const auto& one) {
    return one.text.find("RTMPTProxyPassMatch X-Room") != std::string::npos;
  });
  REQUIRE(block != blocks.end());
  ScriptedBackend one;
  ScriptedBackend encoders;
  ScriptedBackend reserve;
  HttpdOptions options;
  options.global = replace_all(block->text, "rtmpt://127.0.0.1:82", one.url());
  options.global = replace_all(options.global, "rtmp://10.0.0.21", encoders.url());
  options.global = replace_all(options.global, "rtmp://10.0.0.22", reserve.url() + " status=+H");
  HttpdFixture httpd(options);
  httpd.start();
  const auto open = [&](const std::string& host, const std::string& more) {
    return TunnelClient(httpd.plain(), "Host: " + host + "\r\nUser-Agent: Shockwave Flash\r\n" + more)
        .try_open()
        .status;
  };
  CHECK(open("rtmpt.example.com:80", "") == 200);
  CHECK_NOTHROW(one.accept());
  CHECK(open("Encoder7.example.com", "") == 200);
  CHECK_NOTHROW(encoders.accept());
  CHECK(open("www.example.com", "") == 404);
  CHECK(open("www.example.com", "X-Room: red\r\n") == 404);
  CHECK_FALSE(reserve.has_connection(Deadline(std::chrono::milliseconds(0))));
}

TEST_CASE("The files of conf.d are good as they are, and with every commented line in force") {
  for (const std::string file : {"rtmpt_proxy.conf", "rpaf.conf"}) {
    check_good({file, 1, "apache", "", read_file(kConfigurationFolder / file)});
    const auto all = uncommented(kConfigurationFolder / file);
    CHECK(all.text != read_file(kConfigurationFolder / file));
    check_good(all);
  }
  for (const auto& entry : fs::directory_iterator(kConfigurationFolder / "examples"))
    check_good({entry.path(), 1, "apache", "", read_file(entry.path())});
}
