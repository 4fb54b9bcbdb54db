// SPDX-License-Identifier: Apache-2.0
// docs/directives.md and the module have the same directives, contexts, ranges and defaults. (What the settings of
// virtual hosts are when nobody sets them is compared by the unit tests.)
#include "support/clients/http_connection.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/httpd/reference.hpp"
#include "support/os/built.hpp"
#include "support/os/text_file.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <regex>
#include <set>

using namespace rtmpt_proxy::test;

namespace {

std::vector<ReferenceEntry> reference() {
  return read_reference(std::filesystem::path(built::docs_folder()) / "directives.md");
}

// A documented line as this machine can have it.
std::string here(std::string line) {
  line = replace_all(line, "${APACHE_LOG_DIR}", "@ROOT@/logs");
  line = replace_all(line, "/etc/apache2/stream-keys", "@ROOT@/stream-keys");
  return replace_all(line, "/usr/local/libexec/rtmpt-gateway", "@ROOT@/rtmpt-gateway") + "\n";
}

CommandResult try_lines(const std::string& global, const std::string& site) {
  HttpdOptions options;
  options.global = here(global);
  options.site = here(site);
  HttpdFixture httpd(options);
  write_file(httpd.root() / "stream-keys", "a " + std::string(64, '5') + "\n");
  std::filesystem::permissions(httpd.root() / "stream-keys", std::filesystem::perms(0600));
  return httpd.configtest();
}

void check_good(const CommandResult& result) {
  CAPTURE(result.output);
  CHECK(result.exit_code == 0);
}

void check_misplaced(const CommandResult& result) {
  CAPTURE(result.output);
  CHECK(result.exit_code != 0);
  CHECK(std::regex_search(result.output, std::regex("not allowed (here|in )|cannot occur within")));
}

bool stands_in(const ReferenceEntry& entry, const std::string& context) {
  return entry.facts.at("Context").find(context) != std::string::npos;
}

// The line with `value` in the place of that argument. Arguments in front of it stand as in the sample.
std::string with_argument(const ReferenceEntry& entry, const std::string& argument, const std::string& value) {
  if (argument.empty()) return entry.name + " " + value;
  const std::string& syntax = entry.facts.at("Syntax");
  const auto names = std::regex("\\b(" + argument + ")\\b");
  std::smatch found;
  REQUIRE(std::regex_search(syntax, found, names));
  const auto in_front = std::count(syntax.begin(), syntax.begin() + found.position(), ' ');
  std::string line = entry.name;
  for (std::ptrdiff_t i = 1; i < in_front; ++i)
    line += " 1";
  return line + " " + value;
}

} // namespace

TEST_CASE("The reference has each directive of the module in all its spellings, and no other") {
  std::set<std::string> described;
  for (const auto& entry : reference())
    for (const auto& name : names_of(entry))
      described.insert(name);
  HttpdOptions options;
  options.more_modules = {"info"};
  options.global = "<Location \"/server-info\">\nSetHandler server-info\n</Location>\n";
  HttpdFixture httpd(options);
  httpd.start(false);
  const auto page = fetch(httpd.plain(), "/server-info?mod_rtmpt_proxy.c");
  CAPTURE(page.body);
  REQUIRE(page.status == 200);
  std::set<std::string> known;
  const std::regex directive("<tt>&lt;?((?:RTMPT|RPAF)\\w+)|<tt>((?:RTMPT|RPAF)\\w+)");
  for (std::sregex_iterator found(page.body.begin(), page.body.end(), directive), end; found != end; ++found)
    known.insert((*found)[1].matched ? (*found)[1] : (*found)[2]);
  CHECK(known == described);
}

TEST_CASE("Every section of the reference has its table, an example and its own name first") {
  for (const auto& entry : reference()) {
    CAPTURE(entry.name);
    for (const std::string fact : {"Description", "Syntax", "Values", "Default", "Context"}) {
      CAPTURE(fact);
      CHECK(entry.facts.count(fact) == 1);
    }
    CHECK(names_of(entry).front() == entry.name);
    CHECK_FALSE(entry.examples.empty());
    CHECK(std::any_of(entry.examples.begin(), entry.examples.end(),
                      [&](const auto& example) { return example.find(entry.name + " ") != std::string::npos; }));
  }
}

TEST_CASE("Each directive may stand where the reference says, and nowhere else") {
  std::string in_server;
  std::string in_host;
  for (const auto& entry : reference()) {
    CAPTURE(entry.name);
    const std::string line = sample_line(entry) + "\n";
    CHECK(stands_in(entry, "server config"));
    in_server += line;
    const std::string location = "<Location \"/x\">\n" + line + "</Location>\n";
    if (stands_in(entry, "directory") || stands_in(entry, "location"))
      in_host += location;
    else
      check_misplaced(try_lines("", location));
    if (stands_in(entry, "virtual host"))
      in_host += line;
    else
      check_misplaced(try_lines("", line));
  }
  check_good(try_lines(in_server, ""));
  check_good(try_lines("", in_host));
}

TEST_CASE("Each directive takes the ends of the ranges that the reference names, and nothing beyond") {
  std::size_t tried = 0;
  std::string least;
  std::string most;
  for (const auto& entry : reference())
    for (const auto& range : ranges_of(entry)) {
      ++tried;
      CAPTURE(entry.name, range.argument);
      const auto line = [&](const std::string& value) { return with_argument(entry, range.argument, value) + "\n"; };
      least += line(range.least);
      most += line(range.most);
      for (const auto& value : {beyond(range.least, -1), beyond(range.most, +1)}) {
        CAPTURE(value);
        const auto result = try_lines(line(value), "");
        CAPTURE(result.output);
        CHECK(result.exit_code != 0);
        CHECK(result.output.find("'" + value + "'") != std::string::npos);
      }
    }
  CHECK(tried >= 11); // seven settings of virtual hosts, and two arguments each of two directives
  check_good(try_lines(least, ""));
  check_good(try_lines(most, ""));
}
