// SPDX-License-Identifier: Apache-2.0
#include "client_hello_samples.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using Error = ClientHelloError;

namespace {

const std::string kWhatFollows("\x14\x03\x03\x00\x01\x01\x17\x03\x03", 9);

// Looks as one does who waits for exactly as many bytes as are needed. Returns how many bytes the last look saw.
ClientHelloLook look_as_needed(std::string_view bytes, std::size_t& seen_bytes, std::size_t& looks) {
  ClientHelloLook look = look_at_client_hello({});
  for (seen_bytes = 0, looks = 1; look.error == Error::need_more && look.needed_bytes <= bytes.size(); ++looks) {
    REQUIRE(look.needed_bytes > seen_bytes);
    seen_bytes = look.needed_bytes;
    look = look_at_client_hello(bytes.substr(0, seen_bytes));
  }
  return look;
}

} // namespace

TEST_CASE("A client's hello says which server it wants and whether it offers protocols", "[client_hello]") {
  for (const GoodHello& row : good_hellos()) {
    INFO(row.reason);
    const ClientHelloLook look = look_at_client_hello(row.bytes);
    CHECK(to_string(look.error) == to_string(Error::none));
    CHECK(look.hello == row.hello);
    CHECK(look_at_client_hello(row.bytes + kWhatFollows) == look);
  }
}

TEST_CASE("A hello is the same wherever it is cut, and what is needed is what is missing or less", "[client_hello]") {
  for (const GoodHello& row : good_hellos()) {
    INFO(row.reason);
    const ClientHelloLook whole = look_at_client_hello(row.bytes);
    const std::size_t step = row.bytes.size() > 4000 ? 7 : 1; // longer ones are alike
    for (std::size_t cut = 0; cut < row.bytes.size(); cut += step) {
      const ClientHelloLook look = look_at_client_hello(std::string_view(row.bytes).substr(0, cut));
      if (look.error != Error::need_more) FAIL("not waiting at " << cut);
      if (look.needed_bytes <= cut || look.needed_bytes > row.bytes.size())
        FAIL("at " << cut << ": " << look.needed_bytes);
      if (look.hello != ClientHello{}) FAIL("half a hello at " << cut);
    }
    std::size_t seen_bytes = 0;
    std::size_t looks = 0;
    CHECK(look_as_needed(row.bytes, seen_bytes, looks) == whole);
    CHECK(seen_bytes == row.bytes.size());
    CHECK(looks <= 1 + 2 * kMaxClientHelloRecords);
  }
}

TEST_CASE("What is no hello gets its error, wherever it is cut", "[client_hello]") {
  for (const BadHello& row : bad_hellos()) {
    INFO(row.reason);
    CHECK(to_string(look_at_client_hello(row.bytes).error) == to_string(row.error));
    CHECK(look_at_client_hello(row.bytes + kWhatFollows).error == row.error);
    bool failed = false;
    for (std::size_t cut = 0; cut <= row.bytes.size(); ++cut) {
      const ClientHelloLook look = look_at_client_hello(std::string_view(row.bytes).substr(0, cut));
      if (failed && look.error != row.error) FAIL("another result at " << cut);
      failed = failed || look.error != Error::need_more;
      if (failed && look.error != row.error) FAIL("another error at " << cut);
      if (!failed && look.needed_bytes <= cut) FAIL("nothing needed at " << cut);
    }
    CHECK(failed);
    std::size_t seen_bytes = 0;
    std::size_t looks = 0;
    CHECK(look_as_needed(row.bytes, seen_bytes, looks).error == row.error);
  }
}

TEST_CASE("A hello that is cut short never ends", "[client_hello]") {
  for (const GoodHello& row : good_hellos()) {
    INFO(row.reason);
    std::size_t seen_bytes = 0;
    std::size_t looks = 0;
    const std::string_view cut = std::string_view(row.bytes).substr(0, row.bytes.size() - 1);
    CHECK(look_as_needed(cut, seen_bytes, looks).error == Error::need_more);
  }
}

TEST_CASE("Nothing is needed beyond the longest flight", "[client_hello]") {
  CHECK(look_at_client_hello({}).needed_bytes == 5);
  const std::string header("\x16\x03\x01\x40\x00", 5);
  CHECK(look_at_client_hello(header).needed_bytes == 5 + 16384);
  const std::string first = in_records(message(std::string(16'300, 'x')).substr(0, 16'000));
  const ClientHelloLook second = look_at_client_hello(first + header);
  CHECK(second.error == Error::too_long);
  CHECK(look_at_client_hello(first).needed_bytes <= kMaxClientFlightBytes);
}

TEST_CASE("Every error of a hello has words of its own", "[client_hello]") {
  std::set<std::string_view> words;
  for (int error = 0; error <= static_cast<int>(Error::malformed); ++error)
    words.insert(to_string(static_cast<Error>(error)));
  CHECK(words.size() == static_cast<std::size_t>(Error::malformed) + 1);
}
