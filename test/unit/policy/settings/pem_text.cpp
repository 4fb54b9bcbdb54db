// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/text/pem_text.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::policy;

namespace {

const std::string kOne = "-----BEGIN CERTIFICATE-----\nMIIB+/9=\nAA==\n-----END CERTIFICATE-----\n";
const std::string kTrusted = "-----BEGIN TRUSTED CERTIFICATE-----\nMIIC\n-----END TRUSTED CERTIFICATE-----\n";
const std::string kKey = "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n";

} // namespace

TEST_CASE("The certificates of a file are taken, and nothing that stands around them", "[pem_text]") {
  CHECK(certificates_of(kOne) == kOne);
  CHECK(certificates_of("Subject: CN=a\n" + kOne + "\n# more\n" + kTrusted + "rest") == kOne + kTrusted);
  CHECK(certificates_of(kKey + kOne + kKey) == kOne);
  CHECK(certificates_of(kKey).empty());
  CHECK(certificates_of("").empty());
}

TEST_CASE("Ends of lines of other systems, blanks at their ends and a missing last one do no harm", "[pem_text]") {
  CHECK(certificates_of("-----BEGIN CERTIFICATE-----\r\nMIIB+/9= \r\nAA==\r\n-----END CERTIFICATE-----\r\n") == kOne);
  CHECK(certificates_of(kOne.substr(0, kOne.size() - 1)) == kOne);
}

TEST_CASE("What is not whole, or not base64, is no certificate", "[pem_text]") {
  const std::string begin = "-----BEGIN CERTIFICATE-----\n";
  const std::string end = "-----END CERTIFICATE-----\n";
  for (const std::string& text :
       {begin, begin + "MIIB\n", begin + end, begin + "MI IB\n" + end, begin + "MI-B\n" + end, "MIIB\n" + end,
        begin + "MIIB\n-----END PRIVATE KEY-----\n", std::string("-----BEGIN -----\nMIIB\n-----END -----\n"),
        std::string("-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n")}) {
    INFO(text);
    CHECK(certificates_of(text).empty());
  }
  // One that is broken takes no other along.
  CHECK(certificates_of(begin + "MIIB\n" + kOne) == kOne);
  CHECK(certificates_of(kOne.substr(0, kOne.size() / 2) + "\n" + kKey + kOne) == kOne);
}

TEST_CASE("Every cut of a file is read without harm, and a file is its certificate only when that is whole",
          "[pem_text]") {
  for (std::size_t bytes = 0; bytes <= kOne.size(); ++bytes)
    CHECK(certificates_of(kOne.substr(0, bytes)).empty() == (bytes + 1 < kOne.size()));
}
