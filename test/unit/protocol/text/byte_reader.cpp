// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::protocol;
using namespace std::string_literals;

TEST_CASE("Integers are read and written big-endian", "[byte_reader]") {
  std::string bytes;
  put_u8(bytes, 0xFE);
  put_u16(bytes, 0x0102);
  put_u32(bytes, 0x89ABCDEF);
  put_u64(bytes, 0x0123456789ABCDEF);
  CHECK(bytes == "\xFE\x01\x02\x89\xAB\xCD\xEF\x01\x23\x45\x67\x89\xAB\xCD\xEF"s);

  ByteReader reader(bytes);
  CHECK(reader.u8() == 0xFE);
  CHECK(reader.u16() == 0x0102);
  CHECK(reader.u32() == 0x89ABCDEF);
  CHECK_FALSE(reader.finished());
  CHECK(reader.u64() == 0x0123456789ABCDEF);
  CHECK(reader.finished());
}

TEST_CASE("Bytes are read as they are, and text with a length of one byte", "[byte_reader]") {
  const std::string bytes = "ab\2cdx";
  ByteReader reader(bytes);
  CHECK(reader.raw(2) == "ab");
  CHECK(reader.text8() == "cd");
  CHECK(reader.text8().empty()); // 'x' says more than there is
  CHECK_FALSE(reader.ok());
}

TEST_CASE("Text is read back with its length, zero bytes included", "[byte_reader]") {
  std::string bytes;
  put_text16(bytes, "a\0b"s);
  put_text32(bytes, "");
  put_text32(bytes, "longer");
  CHECK(bytes == "\0\3a\0b\0\0\0\0\0\0\0\6longer"s);

  ByteReader reader(bytes);
  CHECK(reader.text16() == "a\0b"s);
  CHECK(reader.text32().empty());
  CHECK(reader.text32() == "longer");
  CHECK(reader.finished());
}

TEST_CASE("Text over its prefix is cut to what the prefix can say", "[byte_reader]") {
  std::string bytes;
  put_text16(bytes, std::string(65536, 'x'));
  CHECK(bytes.size() == 2 + 65535);
  CHECK(ByteReader(bytes).text16() == std::string(65535, 'x'));
}

TEST_CASE("A read past the end gives zero or nothing", "[byte_reader]") {
  const std::string three = "\1\2\3"s;
  ByteReader u32(three);
  CHECK(u32.u32() == 0);
  CHECK_FALSE(u32.ok());
  ByteReader u64(three);
  CHECK(u64.u64() == 0);
  CHECK_FALSE(u64.ok());
  ByteReader empty("");
  CHECK(empty.finished());
  CHECK(empty.u8() == 0);
  CHECK_FALSE(empty.ok());
  const std::string short_text = "\0\4abc"s;
  ByteReader text(short_text);
  CHECK(text.text16().empty());
  CHECK_FALSE(text.ok());
  const std::string huge_text = "\xFF\xFF\xFF\xFFxyz"s;
  ByteReader huge(huge_text);
  CHECK(huge.text32().empty());
  CHECK_FALSE(huge.ok());
}

TEST_CASE("After one failed read nothing is read any more", "[byte_reader]") {
  const std::string three = "\1\2\3"s;
  ByteReader reader(three);
  CHECK(reader.u32() == 0);
  CHECK(reader.u8() == 0); // three bytes are still there
  CHECK(reader.text16().empty());
  CHECK_FALSE(reader.ok());
  CHECK_FALSE(reader.finished());
}
