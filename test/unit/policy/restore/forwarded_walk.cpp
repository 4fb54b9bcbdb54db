// SPDX-License-Identifier: Apache-2.0
#include "restored.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace rtmpt_proxy::policy;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;

namespace {

using Lines = std::vector<std::string>;
constexpr ForwardedSyntax kList = ForwardedSyntax::address_list;

struct Row {
  Lines lines;
  std::string client; // "": the peer
  WalkEnd end;
  std::string reason;
};

constexpr WalkEnd kFound = WalkEnd::client_found;
constexpr WalkEnd kAll = WalkEnd::all_trusted;
constexpr WalkEnd kBad = WalkEnd::bad_entry;

} // namespace

TEST_CASE("A list of hops is walked from the right while they are trusted", "[forwarded_walk]") {
  const Row table[] = {
      {{"203.0.113.9"}, "203.0.113.9", kFound, "one hop"},
      {{"198.51.100.7, 203.0.113.9"}, "203.0.113.9", kFound, "left of the client is anybody's word"},
      {{"203.0.113.9, 10.0.0.2"}, "203.0.113.9", kFound, "a second trusted proxy"},
      {{"198.51.100.7, 203.0.113.9, 10.0.0.3, 10.0.0.2"}, "203.0.113.9", kFound, "two more proxies"},
      {{"203.0.113.9,10.0.0.2"}, "203.0.113.9", kFound, "no blank"},
      {{" \t203.0.113.9 \t,\t 10.0.0.2\t"}, "203.0.113.9", kFound, "blanks and tabs"},
      {{"10.0.0.3, 10.0.0.2"}, "10.0.0.3", kAll, "all trusted: the left-most is the client"},
      {{"10.0.0.1"}, "10.0.0.1", kAll, "the peer itself"},
      {{"2001:db8::9"}, "2001:db8::9", kFound, "IPv6"},
      {{"2001:DB8::9, 2001:db8:10::2"}, "2001:db8::9", kFound, "an IPv6 proxy"},
      {{"203.0.113.9:4711"}, "203.0.113.9 port 4711", kFound, "with a port"},
      {{"[2001:db8::9]:4711"}, "2001:db8::9 port 4711", kFound, "IPv6 with a port"},
      {{"[2001:db8::9]"}, "2001:db8::9", kFound, "IPv6 in brackets"},
      {{"203.0.113.9, 10.0.0.2:4711"}, "203.0.113.9", kFound, "a trusted proxy with a port"},
      {{"::ffff:203.0.113.9"}, "203.0.113.9", kFound, "IPv4 as an IPv6 socket writes it"},
      {{"203.0.113.9, ::ffff:10.0.0.2"}, "203.0.113.9", kFound, "a trusted proxy written so"},
  };
  for (const Row& row : table) {
    INFO(row.lines.front() << ": " << row.reason);
    CHECK(restored(kList, row.lines) == row.client);
    CHECK(to_string(walk_end(kList, row.lines)) == to_string(row.end));
  }
}

TEST_CASE("An entry that is not good ends the walk at the last good hop", "[forwarded_walk]") {
  const Row table[] = {
      {{""}, "", kBad, "an empty header"},
      {{" \t"}, "", kBad, "blanks alone"},
      {{","}, "", kBad, "two empty entries"},
      {{"203.0.113.9,"}, "", kBad, "nginx passes over the empty one"},
      {{"203.0.113.9, , 10.0.0.2"}, "10.0.0.2", kBad, "an empty one in the middle"},
      {{", 10.0.0.2"}, "10.0.0.2", kBad, "an empty one at the left"},
      {{"203.0.113.9, unknown"}, "", kBad, "a word"},
      {{"203.0.113.9, unknown, 10.0.0.2"}, "10.0.0.2", kBad, "a word behind a good hop"},
      {{"203.0.113.9, localhost"}, "", kBad, "no name is resolved"},
      {{"203.0.113.9, 10.1"}, "", kBad, "short forms are none"},
      {{"203.0.113.9, 012.0.0.2"}, "", kBad, "octal forms are none"},
      {{"203.0.113.9, 167772162"}, "", kBad, "integers are none"},
      {{"203.0.113.9, 10.0.0.2:0"}, "", kBad, "port 0"},
      {{"203.0.113.9, 10.0.0.2:65536"}, "", kBad, "a port over 65535"},
      {{"203.0.113.9, 10.0.0.2 10.0.0.3"}, "", kBad, "two addresses in one entry"},
      {{"203.0.113.9; 10.0.0.2"}, "", kBad, "another separator"},
      {{"203.0.113.9, \"10.0.0.2\""}, "", kBad, "quotation marks belong to Forwarded"},
      {{"203.0.113.9, for=10.0.0.2"}, "", kBad, "so does for="},
      {{"203.0.113.9, 10.0.0.2\r"}, "", kBad, "a line end is no blank"},
      {{"203.0.113.9, 10.0.0.2\0"s}, "", kBad, "a NUL"},
      {{"203.0.113.9\v, 10.0.0.2"}, "10.0.0.2", kBad, "a vertical tab is no blank"},
      {{"fe80::1%eth0, 10.0.0.2"}, "10.0.0.2", kBad, "no zones"},
      {{"203.0.113.9, 10.0.0.2\xc2\xa0"}, "", kBad, "a no-break space"},
      {{std::string(8192, 'x')}, "", kBad, "8 kB of garbage"},
      {{std::string(8192, ',')}, "", kBad, "8 kB of commas"},
  };
  for (const Row& row : table) {
    INFO(row.lines.front() << ": " << row.reason);
    CHECK(restored(kList, row.lines) == row.client);
    CHECK(to_string(walk_end(kList, row.lines)) == to_string(row.end));
  }
}

TEST_CASE("Several lines of a header are one list", "[forwarded_walk]") {
  const Row table[] = {
      {{"198.51.100.7", "203.0.113.9"}, "203.0.113.9", kFound, "the last line is the nearest proxy's"},
      {{"203.0.113.9", "10.0.0.2"}, "203.0.113.9", kFound, "on into the line before"},
      {{"198.51.100.7, 203.0.113.9", "10.0.0.3, 10.0.0.2"}, "203.0.113.9", kFound, "lists on both lines"},
      {{"203.0.113.9", ""}, "", kBad, "an empty line is an empty entry"},
      {{"", "203.0.113.9"}, "203.0.113.9", kFound, "one that is never reached"},
      {{"", "10.0.0.2"}, "10.0.0.2", kBad, "one that is reached"},
      {{"203.0.113.9,", "10.0.0.2"}, "10.0.0.2", kBad, "a comma at the end of a line"},
      {{"10.0.0.3", "10.0.0.2"}, "10.0.0.3", kAll, "all trusted"},
      {{}, "", WalkEnd::no_entry, "no header"},
  };
  for (const Row& row : table) {
    INFO(row.reason);
    CHECK(restored(kList, row.lines) == row.client);
    CHECK(to_string(walk_end(kList, row.lines)) == to_string(row.end));
    std::string joined;
    for (const std::string& line : row.lines)
      joined += (joined.empty() && &line == &row.lines.front() ? "" : ", ") + line;
    if (!row.lines.empty()) CHECK(restored(kList, {joined}) == row.client);
  }
}

TEST_CASE("The header of a peer that is not trusted is not read", "[forwarded_walk]") {
  for (const std::string peer : {"203.0.113.1", "9.255.255.255", "11.0.0.0", "2001:db8:11::1", "::1", "::a00:1"}) {
    INFO(peer);
    CHECK(restored(kList, {"10.0.0.5"}, peer) == "");
    CHECK(walk_end(kList, {"10.0.0.5"}, peer) == WalkEnd::peer_not_trusted);
    CHECK(walk_end(kList, {}, peer) == WalkEnd::peer_not_trusted);
    CHECK(walk_end(ForwardedSyntax::forwarded, {"for=10.0.0.5"}, peer) == WalkEnd::peer_not_trusted);
  }
  for (const std::string peer : {"10.0.0.1", "::ffff:10.0.0.1", "127.0.0.1", "2001:db8:10::1"}) {
    INFO(peer);
    CHECK(restored(kList, {"203.0.113.9"}, peer) == "203.0.113.9");
  }
  const std::string_view line = "203.0.113.9";
  const Restored of_empty_list = restore_client(*rtmpt_proxy::protocol::parse_ip_address("127.0.0.1"), TrustedProxies(),
                                                kList, std::span(&line, 1));
  CHECK(of_empty_list.end == WalkEnd::peer_not_trusted); // mod_remoteip trusts everybody then
  CHECK_FALSE(of_empty_list.client);
}

TEST_CASE("The header's name says how it is read", "[forwarded_walk]") {
  for (const char* const name : {"Forwarded", "forwarded", "FORWARDED"})
    CHECK(forwarded_syntax(name) == ForwardedSyntax::forwarded);
  for (const char* const name :
       {"X-Forwarded-For", "X-Real-IP", "X-Forwarded", "Forwarded-For", "Forwarde", "", "Client-IP"})
    CHECK(forwarded_syntax(name) == kList);
}

TEST_CASE("Each end of a walk has words of its own", "[forwarded_walk]") {
  std::set<std::string_view> words;
  for (const WalkEnd end : {WalkEnd::peer_not_trusted, kFound, kAll, kBad, WalkEnd::no_entry})
    words.insert(to_string(end));
  CHECK(words.size() == 5);
  CHECK(words.count("the walk has an unknown end") == 0);
}

TEST_CASE("The walk begins at the source that the peer announced", "[forwarded_walk]") {
  struct SourceRow {
    std::string source;
    Lines lines;
    std::string client;
    WalkEnd end;
    std::string reason;
  };
  const SourceRow table[] = {
      {"203.0.113.9:4711", {}, "203.0.113.9 port 4711", kFound, "no header"},
      {"[2001:db8::9]:4711", {}, "2001:db8::9 port 4711", kFound, "IPv6"},
      {"203.0.113.9:4711", {"198.51.100.7"}, "203.0.113.9 port 4711", kFound, "the client's own words"},
      {"203.0.113.9:4711", {"127.0.0.1, 10.0.0.2"}, "203.0.113.9 port 4711", kFound, "the client would be a proxy"},
      {"203.0.113.9:4711", {"unknown"}, "203.0.113.9 port 4711", kFound, "and its words are not even read"},
      {"10.0.0.2:4711", {}, "10.0.0.2 port 4711", WalkEnd::no_entry, "a proxy for itself"},
      {"10.0.0.2:4711", {"203.0.113.9"}, "203.0.113.9", kFound, "a proxy's client"},
      {"10.0.0.2:4711", {"198.51.100.7, 203.0.113.9, 10.0.0.3"}, "203.0.113.9", kFound, "of two more proxies"},
      {"10.0.0.2:4711", {"10.0.0.4, 10.0.0.3"}, "10.0.0.4", kAll, "proxies alone"},
      {"10.0.0.2:4711", {"203.0.113.9, "}, "10.0.0.2 port 4711", kBad, "an entry that is no address"},
      {"10.0.0.2:4711", {"203.0.113.9, unknown, 10.0.0.3"}, "10.0.0.3", kBad, "the last good hop"},
  };
  for (const SourceRow& row : table) {
    INFO(row.source << ": " << row.reason);
    CHECK(restored_of_source(row.source, kList, row.lines) == row.client);
    CHECK(to_string(walk_end_of_source(row.source, kList, row.lines)) == to_string(row.end));
  }
}
