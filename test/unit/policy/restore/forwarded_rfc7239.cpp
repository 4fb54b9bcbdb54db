// SPDX-License-Identifier: Apache-2.0
#include "restored.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::policy;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;

namespace {

constexpr ForwardedSyntax kForwarded = ForwardedSyntax::forwarded;

struct Row {
  std::string line;
  std::string client; // "": the peer
  std::string reason;
};

const std::string kFifteen = "a=1;b=1;c=1;d=1;e=1;f=1;g=1;h=1;i=1;j=1;k=1;l=1;m=1;n=1;o=1";

} // namespace

TEST_CASE("An element of Forwarded names its client with for=", "[forwarded]") {
  const Row table[] = {
      {"for=203.0.113.9", "203.0.113.9", "one parameter"},
      {"For=203.0.113.9", "203.0.113.9", "names have no case"},
      {"FOR=\"203.0.113.9\"", "203.0.113.9", "quoted without need"},
      {"for=\"203.0.113.9:4711\"", "203.0.113.9 port 4711", "a port needs quotation marks"},
      {"for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17 port 4711", "RFC 7239, 4"},
      {"for=\"[2001:db8:cafe::17]\"", "2001:db8:cafe::17", "without a port"},
      {"for=\"[::ffff:203.0.113.9]\"", "203.0.113.9", "IPv4 written as IPv6"},
      {"for=203.0.113.9;proto=http;by=203.0.113.43", "203.0.113.9", "RFC 7239, 4"},
      {"proto=https;for=203.0.113.9;host=live.example.com", "203.0.113.9", "in any order"},
      {"by=10.0.0.2;for=203.0.113.9", "203.0.113.9", "by= is somebody else"},
      {";for=203.0.113.9;;", "203.0.113.9", "pairs may be missing between semicolons"},
      {"for=203.0.113.9;ext=\"a, b; c=\\\"d\\\"\"", "203.0.113.9", "all that means something, quoted"},
      {"for=203.0.113.9;ext=\"\\\\\"", "203.0.113.9", "a backslash at the end of a quoted string"},
      {"for=203.0.113.9;ext=\"\"", "203.0.113.9", "an empty quoted string"},
      {"for=203.0.113.9;ext=\"\t \x80\xff\"", "203.0.113.9", "tab, blank and bytes over 127"},
      {"for=203.0.113.9;!#$%&'*+-.^_`|~09azAZ=!#$%&'*+-.^_`|~09azAZ", "203.0.113.9", "every character of a token"},
      {"for=\"\\2\\0\\3.0.113.9\"", "203.0.113.9", "escapes without need are undone"},
      {"for=\"203.0.113.9:_hidden\"", "203.0.113.9", "a hidden port"},
      {"for=\"[2001:db8::9]:_a.b-c_1\"", "2001:db8::9", "a hidden port"},
      {"for=198.51.100.7, for=203.0.113.9", "203.0.113.9", "two elements"},
      {"for=198.51.100.7,for=203.0.113.9 ,\tfor=10.0.0.2 ", "203.0.113.9", "blanks around elements"},
      {"for=203.0.113.9, for=\"[2001:db8:10::1]:80\"", "203.0.113.9", "a trusted proxy with a port"},
      {"for=198.51.100.7, for=203.0.113.9;host=\"a, for=10.0.0.5\"", "203.0.113.9", "an element quoted in another"},
      {"for=10.0.0.3, for=10.0.0.2", "10.0.0.3", "all trusted"},
      {kFifteen + ";for=203.0.113.9", "203.0.113.9", "sixteen parameters"},
  };
  for (const Row& row : table) {
    INFO(row.line << ": " << row.reason);
    CHECK(restored(kForwarded, {row.line}) == row.client);
    CHECK(restored(kForwarded, {"for=unknown", row.line}) == row.client);
  }
}

TEST_CASE("An element that does not follow the grammar or hides the client ends the walk", "[forwarded]") {
  const Row table[] = {
      {"", "", "nothing"},
      {";", "", "no pair"},
      {"203.0.113.9", "", "an address without for="},
      {"for", "", "a name alone"},
      {"for=", "", "no value"},
      {"=203.0.113.9", "", "no name"},
      {"for=unknown", "", "unknown"},
      {"for=_hidden", "", "an obfuscated name"},
      {"for=\"_hidden:80\"", "", "an obfuscated name with a port"},
      {"for=\"unknown:80\"", "", "unknown with a port"},
      {"proto=https", "", "no for="},
      {"for=203.0.113.9;for=203.0.113.9", "", "for= twice"},
      {"for=203.0.113.9;For=198.51.100.7", "", "for= twice, in another case"},
      {"for=203.0.113.9;proto=http;proto=https", "", "another parameter twice"},
      {"for=203.0.113.9;a=1;b=2;A=1", "", "one that no specification has, twice"},
      {kFifteen + ";p=1;for=203.0.113.9", "", "seventeen parameters"},
      {"for=203.0.113.9:4711", "", "a port without quotation marks"},
      {"for=[2001:db8::9]", "", "brackets without quotation marks"},
      {"for=\"2001:db8::9\"", "", "IPv6 without brackets"},
      {"for=2001:db8::9", "", "IPv6 without brackets and quotation marks"},
      {"for=\"[203.0.113.9]\"", "", "brackets around IPv4"},
      {"for=\"203.0.113.9:0\"", "", "port 0"},
      {"for=\"203.0.113.9:65536\"", "", "a port over 65535"},
      {"for=\"203.0.113.9:\"", "", "a colon without a port"},
      {"for=\"203.0.113.9:_\"", "", "a hidden port without a name"},
      {"for=\"203.0.113.9:_a b\"", "", "a hidden port with a blank"},
      {"for=\"203.0.113.9:80:_a\"", "", "two ports"},
      {"for=\"203.0.113.9:_a:_b\"", "", "two hidden ports"},
      {"for=\" 203.0.113.9\"", "", "a blank in the quoted string"},
      {"for=\"203.0.113.9\\\"\"", "", "an escaped quotation mark in the address"},
      {"for=\"203.0.113.9:_" + std::string(200, 'a') + "\"", "", "a node longer than anybody writes"},
      {"for=\"203.0.113.9:_" + std::string(200, 'a') + "!\"", "", "the same with a bad end"},
      {"for =203.0.113.9", "", "a blank in front of ="},
      {"for= 203.0.113.9", "", "a blank behind ="},
      {"for=203.0.113.9; proto=http", "", "a blank behind ;"},
      {"for=203.0.113.9 ;proto=http", "", "a blank in front of ;"},
      {"for=203.0.113.9 proto=http", "", "no ;"},
      {"for=\"203.0.113.9\"x", "", "text behind a quoted string"},
      {"for=x\"203.0.113.9\"", "", "text in front of a quoted string"},
      {"for=\"203.0.113.9", "", "a quotation mark that is left open"},
      {"for=203.0.113.9\"", "", "one that nothing opens"},
      {"for=203.0.113.9;x=\"a\\\"", "", "an escaped one at the end"},
      {"for=203.0.113.9;x=\"\n\"", "", "a line end in a quoted string"},
      {"for=203.0.113.9;x=\"\0\""s, "", "a NUL in a quoted string"},
      {"for=203.0.113.9;x=\"\x7f\"", "", "DEL in a quoted string"},
      {"for=203.0.113.9;x=\"\\\n\"", "", "an escaped line end"},
      {"for=203.0.113.9;x=(a)", "", "no character of a token"},
      {"for=203.0.113.9;x=\xc3\xa4", "", "bytes over 127 in a token"},
      {"f\xc3\xb6r=203.0.113.9", "", "bytes over 127 in a name"},
      {"for=203.0.113.9,", "", "an empty element at the right"},
      {"for=203.0.113.9, , for=10.0.0.2", "10.0.0.2", "one in the middle"},
      {"for=203.0.113.9, for=unknown, for=10.0.0.2", "10.0.0.2", "the last good hop stays"},
      {"for=203.0.113.9;x=\", for=10.0.0.2", "10.0.0.2", "an open quotation mark further left"},
      {"\", for=10.0.0.2", "10.0.0.2", "a quotation mark alone"},
      {std::string(8192, '"'), "", "8 kB of quotation marks"},
      {std::string(8191, '\\') + "\"", "", "8 kB of backslashes"},
      {std::string(8192, ';'), "", "8 kB of semicolons"},
  };
  for (const Row& row : table) {
    INFO(row.line << ": " << row.reason);
    CHECK(restored(kForwarded, {row.line}) == row.client);
    CHECK(restored(kForwarded, {"for=198.51.100.7", row.line}) == row.client); // not passed over
    CHECK(walk_end(kForwarded, {row.line}) == WalkEnd::bad_entry);
  }
}

TEST_CASE("What the peer appended is read whatever a client wrote in front of it", "[forwarded]") {
  const std::string appended[] = {
      "for=203.0.113.9",
      "for=\"203.0.113.9\";host=\"a\\\", for=10.0.0.5\"",
      "by=\"[::1]:80\";for=203.0.113.9;x=\"\\\\\"",
  };
  const std::string pieces[] = {"\"", "\\", ",", ";", "=", "for=10.0.0.5", "x", " ", "\\\"", "for=\"10.0.0.5\""};
  std::size_t checked = 0;
  for (const std::string& element : appended)
    for (const std::string& first : pieces)
      for (const std::string& second : pieces)
        for (const std::string& third : pieces) {
          const std::string line = first + second + third + ", " + element;
          INFO(line);
          if (restored(kForwarded, {line}) != "203.0.113.9") FAIL("the client passed as another");
          ++checked;
        }
  CHECK(checked == 3000);
}
