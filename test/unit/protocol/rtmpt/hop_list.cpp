// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/hop_list.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::protocol;

namespace {

const std::string kOwn = "00112233445566ff";

std::string name(std::size_t number) {
  return "aaaaaaaaaaaaaaa" + std::to_string(number);
}

std::string names(std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i)
    list += (i == 0 ? "" : ", ") + name(i);
  return list;
}

} // namespace

TEST_CASE("An open without hops gets the server's own name", "[hop_list]") {
  for (const std::string value : {"", " ", "\t "}) {
    const HopCheck check = check_hops(value, kOwn);
    CHECK(check.verdict == HopVerdict::passes);
    CHECK(check.onward == kOwn);
  }
}

TEST_CASE("Up to 8 servers in a row are fine, and their names go on in order", "[hop_list]") {
  for (std::size_t before = 1; before < kMaxHops; ++before) {
    const HopCheck check = check_hops(names(before), kOwn);
    CHECK(check.verdict == HopVerdict::passes);
    CHECK(check.onward == names(before) + ", " + kOwn);
    // The next server takes what this one writes.
    CHECK(check_hops(check.onward, "bbbbbbbbbbbbbbbb").verdict ==
          (before + 1 < kMaxHops ? HopVerdict::passes : HopVerdict::too_many));
  }
  for (const std::size_t before : {kMaxHops, kMaxHops + 1, std::size_t{10}}) {
    const HopCheck check = check_hops(names(before), kOwn);
    CHECK(check.verdict == HopVerdict::too_many);
    CHECK(check.onward.empty());
  }
}

TEST_CASE("A server finds its own name wherever it stands", "[hop_list]") {
  for (const std::string& value :
       {kOwn, " " + kOwn + " ", name(1) + "," + kOwn, kOwn + " ,\t" + name(1), names(6) + "," + kOwn}) {
    CAPTURE(value);
    const HopCheck check = check_hops(value, kOwn);
    CHECK(check.verdict == HopVerdict::comes_back);
    CHECK(check.onward.empty());
  }
}

TEST_CASE("What is no list of names is refused", "[hop_list]") {
  for (const std::string& value :
       {std::string("x"), name(1) + ",", "," + kOwn, name(1) + ",," + name(2), name(1) + " " + name(2), kOwn.substr(1),
        kOwn + "0", std::string("00112233445566FF"), std::string("00112233445566f/"), name(1) + "\r\nX: y",
        std::string(16, '\0'), std::string(100'000, ','), std::string("unknown, ") + name(1)}) {
    CAPTURE(value.substr(0, 60));
    const HopCheck check = check_hops(value, kOwn);
    CHECK(check.verdict == HopVerdict::malformed);
    CHECK(check.onward.empty());
  }
}
