// SPDX-License-Identifier: Apache-2.0
// What the module serves is what the page's folder contains.
#include "status_page/status_assets.hpp"

#include "test/support/count_in.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using rtmpt_proxy::apache::find_status_asset;
using rtmpt_proxy::apache::kStatusTokenPlace;
using rtmpt_proxy::test::count_in;

namespace {

namespace fs = std::filesystem;

std::string file_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + " cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

fs::path folder() {
  return RTMPT_STATUS_PAGE;
}

std::string text_of(std::string_view name) {
  const auto* asset = find_status_asset(name);
  if (!asset) throw std::runtime_error("there is no asset '" + std::string(name) + "'");
  return std::string(asset->text);
}

// A script as it has to be in the joined one: every line, imports emptied, exports without the word.
std::string without_module_words(const std::string& script) {
  std::istringstream lines(script);
  std::string joined;
  for (std::string line; std::getline(lines, line); joined += '\n') {
    if (line.rfind("import ", 0) == 0) continue;
    joined += line.rfind("export ", 0) == 0 ? line.substr(7) : line;
  }
  return joined;
}

std::vector<fs::path> scripts() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder() / "script"))
    found.push_back(entry.path());
  return found;
}

} // namespace

TEST_CASE("The status page, its style and its icon are byte for byte what their files are") {
  CHECK(text_of("html") == file_text(folder() / "page.html"));
  CHECK(text_of("css") == file_text(folder() / "page.css"));
  CHECK(text_of("icon") == file_text(folder() / "icon.svg"));
}

TEST_CASE("The status page's script is all its modules, each whole, and each behind those it imports") {
  const auto joined = text_of("js");
  std::size_t total = 0;
  for (const auto& script : scripts()) {
    CAPTURE(script);
    const auto text = without_module_words(file_text(script));
    const auto place = joined.find(text);
    CHECK(place != std::string::npos);
    total += text.size();
    for (const auto& other : scripts()) {
      if (file_text(script).find("from './" + other.filename().string() + "'") == std::string::npos) continue;
      CHECK(joined.find(without_module_words(file_text(other))) < place);
    }
  }
  CHECK(scripts().size() > 5);
  CHECK(joined.size() == total);
}

TEST_CASE("The status page's files have their types, and no others exist") {
  CHECK(find_status_asset("html")->type == "text/html; charset=utf-8");
  CHECK(find_status_asset("css")->type == "text/css; charset=utf-8");
  CHECK(find_status_asset("js")->type == "text/javascript; charset=utf-8");
  CHECK(find_status_asset("icon")->type == "image/svg+xml");
  for (const auto* name : {"", "json", "HTML", "page.html", "js ", "../page.html"})
    CHECK(find_status_asset(name) == nullptr);
}

TEST_CASE("The status page has one place for its token, inside quotes") {
  const auto page = text_of("html");
  CHECK(count_in(page, kStatusTokenPlace) == 1);
  CHECK(count_in(page, "name=\"rtmpt-token\" content=\"" + std::string(kStatusTokenPlace) + "\"") == 1);
}

TEST_CASE("The status page names no other host and holds nothing that a strict policy forbids") {
  for (const auto* name : {"html", "css", "js"}) {
    CAPTURE(name);
    const auto text = text_of(name);
    CHECK(count_in(text, "://") == count_in(text, "http://www.w3.org/2000/svg"));
    for (const auto* forbidden : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", " style="})
      CHECK(count_in(text, forbidden) == 0);
  }
}
