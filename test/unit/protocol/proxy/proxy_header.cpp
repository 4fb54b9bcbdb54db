// SPDX-License-Identifier: Apache-2.0
#include "proxy_header_samples.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using Error = ProxyHeaderError;

namespace {

const std::string kRequest = "GET / HTTP/1.1\r\n\r\n";

} // namespace

TEST_CASE("A PROXY header is read and what follows it is left", "[proxy_header]") {
  for (const GoodProxyHeader& row : good_proxy_headers()) {
    INFO(row.reason);
    ProxyHeaderReader reader;
    const ProxyFeedResult result = reader.feed(row.bytes + kRequest);
    CHECK(to_string(result.error) == to_string(Error::none));
    CHECK(result.consumed_bytes == row.bytes.size());
    CHECK(reader.header() == row.header);
    const ProxyFeedResult after = reader.feed(kRequest); // a complete header stays
    CHECK(after.error == Error::none);
    CHECK(after.consumed_bytes == 0);
    CHECK(reader.header() == row.header);
  }
}

TEST_CASE("A PROXY header is the same wherever it is cut", "[proxy_header]") {
  for (const GoodProxyHeader& row : good_proxy_headers()) {
    INFO(row.reason);
    const std::string_view bytes = row.bytes;
    const std::size_t cuts = std::min<std::size_t>(bytes.size(), 300); // TLVs of 64 KiB are alike
    for (std::size_t cut = 0; cut < cuts; ++cut) {
      ProxyHeaderReader reader;
      const ProxyFeedResult first = reader.feed(bytes.substr(0, cut));
      if (first.error != Error::need_more || first.consumed_bytes != cut) FAIL("not waiting at " << cut);
      const ProxyFeedResult second = reader.feed(std::string(bytes.substr(cut)) + kRequest);
      if (second.error != Error::none || second.consumed_bytes != bytes.size() - cut) FAIL("cut at " << cut);
      if (reader.header() != row.header) FAIL("another header when cut at " << cut);
    }
    ProxyHeaderReader reader;
    std::size_t consumed_bytes = 0;
    for (const char& byte : bytes) { // every byte by itself
      if (reader.feed({}).error != Error::need_more) FAIL("complete after " << consumed_bytes);
      consumed_bytes += reader.feed({&byte, 1}).consumed_bytes;
    }
    CHECK(consumed_bytes == bytes.size());
    CHECK(reader.feed({}).error == Error::none);
    CHECK(reader.header() == row.header);
  }
}

TEST_CASE("A bad PROXY header gets its error at its first wrong byte, wherever it is cut", "[proxy_header]") {
  for (const BadProxyHeader& row : bad_proxy_headers()) {
    INFO(row.reason);
    const std::string_view bytes = row.bytes;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      ProxyHeaderReader reader;
      const ProxyFeedResult first = reader.feed(bytes.substr(0, cut));
      if (cut < bytes.size() && first.error != Error::need_more) FAIL("an error already at " << cut);
      const ProxyFeedResult second = reader.feed(bytes.substr(cut));
      if (second.error != row.error) FAIL("cut at " << cut << ": " << to_string(second.error));
      if (reader.feed(good_proxy_headers().front().bytes).error != row.error) FAIL("the error is forgotten");
    }
  }
}

TEST_CASE("Bytes that are no PROXY header come back to be read by others", "[proxy_header]") {
  std::size_t checked = 0;
  for (const BadProxyHeader& row : bad_proxy_headers()) {
    if (row.error != Error::not_a_proxy_header) continue;
    INFO(row.reason);
    const std::string all = row.bytes + kRequest;
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {
      ProxyHeaderReader reader;
      std::size_t consumed_bytes = reader.feed(std::string_view(all).substr(0, cut)).consumed_bytes;
      consumed_bytes += reader.feed(std::string_view(all).substr(consumed_bytes)).consumed_bytes;
      if (consumed_bytes != row.bytes.size() - 1) FAIL("consumed " << consumed_bytes << " when cut at " << cut);
      if (std::string(reader.held()) + all.substr(consumed_bytes) != all) FAIL("bytes are lost when cut at " << cut);
    }
    ++checked;
  }
  CHECK(checked == 13);
}

TEST_CASE("Every value of the bytes for command and family is decided", "[proxy_header]") {
  std::size_t good = 0;
  for (int command = 0; command < 256; ++command) {
    for (int family = 0; family < 256; ++family) {
      ProxyHeaderReader reader;
      const Error error = reader.feed(proxy_v2(command, family, std::string(216, '\0'))).error;
      Error expected = Error::none;
      if (command >> 4 != 2)
        expected = Error::v2_bad_version;
      else if ((command & 0xf) > 1)
        expected = Error::v2_bad_command;
      else if (command == 0x21 && std::set{0x00, 0x11, 0x12, 0x21, 0x22, 0x31, 0x32}.count(family) == 0)
        expected = Error::v2_bad_family;
      if (error != expected) FAIL("command " << command << ", family " << family << ": " << to_string(error));
      good += error == Error::none ? 1 : 0;
    }
  }
  CHECK(good == 256 + 7);
}

TEST_CASE("Each error of a PROXY header has words of its own", "[proxy_header]") {
  std::set<std::string_view> words;
  for (int error = static_cast<int>(Error::none); error <= static_cast<int>(Error::v2_too_short); ++error)
    words.insert(to_string(static_cast<Error>(error)));
  CHECK(words.size() == 12);
  CHECK(words.count("the header has an unknown error") == 0);
}

TEST_CASE("The signature of a header is known from its bytes alone, at every length", "[proxy_header]") {
  const std::string v1 = "PROXY ";
  const std::string v2("\r\n\r\n\0\r\nQUIT\n", kProxySignatureBytes);
  for (const std::string& signature : {v1, v2})
    for (std::size_t size = 0; size <= signature.size(); ++size) {
      CAPTURE(signature, size);
      const std::string begun = signature.substr(0, size);
      const bool whole = size == signature.size();
      CHECK(find_proxy_signature(begun) == (whole ? ProxySignature::whole : ProxySignature::partial));
      CHECK(find_proxy_signature(begun + "?") == (whole ? ProxySignature::whole : ProxySignature::none));
    }
  for (const std::string other :
       {"GET / HTTP", "POST /open/1", "PROXYING", "proxy ", " PROXY ", "\n\r\n", "\x16\x03\x01"})
    CHECK(find_proxy_signature(other) == ProxySignature::none);
}
