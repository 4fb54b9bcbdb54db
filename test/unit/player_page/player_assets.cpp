// SPDX-License-Identifier: Apache-2.0
// What the module serves as its player is what the player's folder contains.
#include "player_page/player_assets.hpp"

#include "test/support/count_in.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>

using rtmpt_proxy::apache::find_player_asset;
using rtmpt_proxy::apache::kPlayerPlace;
using rtmpt_proxy::test::count_in;

namespace {

namespace fs = std::filesystem;

std::string file_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + " cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string text_of(std::string_view name) {
  const auto* asset = find_player_asset(name);
  if (!asset) throw std::runtime_error("there is no asset '" + std::string(name) + "'");
  return std::string(asset->text);
}

// The lines of a module that a joined script must have.
std::string body_of(const std::string& script) {
  const auto last = script.rfind("\nimport ");
  const auto begin = last == std::string::npos ? 0 : script.find('\n', last + 1);
  return script.substr(begin);
}

// Whether a joined script has all of a module but the words that make it one.
bool has_all_of(const std::string& joined, std::string body) {
  for (auto at = body.find("\nexport "); at != std::string::npos; at = body.find("\nexport "))
    body.erase(at + 1, 7);
  return joined.find(body) != std::string::npos;
}

} // namespace

TEST_CASE("The player's page, style and icon are byte for byte what their files are") {
  const fs::path folder = RTMPT_PLAYER_PAGE;
  CHECK(text_of("html") == file_text(folder / "page.html"));
  CHECK(text_of("css") == file_text(folder / "page.css"));
  CHECK(text_of("icon") == file_text(folder / "icon.svg"));
}

TEST_CASE("The player's two scripts have all its modules") {
  const auto player = text_of("player");
  const auto page = text_of("js");
  std::size_t seen = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(RTMPT_PLAYER_PAGE) / "script")) {
    CAPTURE(entry.path());
    const bool is_page = entry.path().filename() == "page.mjs";
    CHECK(has_all_of(is_page ? page : player, body_of(file_text(entry.path()))));
    ++seen;
  }
  CHECK(seen > 10);
  for (const auto& script : {player, page}) {
    CHECK(count_in(script, "\nimport ") == 0);
    CHECK(count_in(script, "\nexport ") == 0);
  }
}

TEST_CASE("The player's files have their types, and no others exist") {
  CHECK(find_player_asset("html")->type == "text/html; charset=utf-8");
  CHECK(find_player_asset("css")->type == "text/css; charset=utf-8");
  CHECK(find_player_asset("icon")->type == "image/svg+xml");
  for (const auto* name : {"js", "player", "mpegts"})
    CHECK(find_player_asset(name)->type == "text/javascript; charset=utf-8");
  for (const auto* name : {"", "json", "HTML", "page.html", "js ", "../page.html", "st=abc", "js&st=abc"})
    CHECK(find_player_asset(name) == nullptr);
}

TEST_CASE("mpegts.js is the whole file, and names no other host") {
  const auto library = text_of("mpegts");
  CHECK(library.size() > 200'000);
  CHECK(library.starts_with("/*!"));
  CHECK(count_in(library, "https://") == count_in(library, "https://example.com"));
}

TEST_CASE("The player's page has a place for its location before each of its files") {
  const auto page = text_of("html");
  CHECK(count_in(page, "\"" + std::string(kPlayerPlace) + "?") == 5);
  CHECK(count_in(page, kPlayerPlace) == 5);
  CHECK(count_in(page, "src=\"") + count_in(page, "href=\"") == 5);
}

TEST_CASE("The player's page names no other host and holds nothing that a strict policy forbids") {
  for (const auto* name : {"html", "css", "js", "player"}) {
    CAPTURE(name);
    const auto text = text_of(name);
    CHECK(count_in(text, "://") == count_in(text, "http://www.w3.org/2000/svg"));
    for (const auto* forbidden :
         {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", " style=", "<style", " onclick="})
      CHECK(count_in(text, forbidden) == 0);
  }
}
