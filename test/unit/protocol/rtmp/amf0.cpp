// SPDX-License-Identifier: Apache-2.0
#include "rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <sstream>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;
using Error = Amf0Error;

namespace {

std::string words_of(const Amf0Token& token) {
  std::ostringstream words;
  switch (token.kind) {
  case Amf0Kind::end: return "end";
  case Amf0Kind::number: words << token.number; break;
  case Amf0Kind::boolean: words << (token.number != 0 ? "true" : "false"); break;
  case Amf0Kind::string: words << "'" << token.text << "'"; break;
  case Amf0Kind::null: words << "null"; break;
  case Amf0Kind::undefined: words << "undefined"; break;
  case Amf0Kind::reference: words << "#" << token.number; break;
  case Amf0Kind::date: words << "date " << token.number; break;
  case Amf0Kind::unsupported: words << "unsupported"; break;
  case Amf0Kind::xml: words << "<" << token.text << ">"; break;
  case Amf0Kind::object: words << token.text << "{"; break;
  case Amf0Kind::array: words << "["; break;
  case Amf0Kind::close: words << "/"; break;
  }
  return (token.name.empty() ? "" : std::string(token.name) + "=") + words.str() + (token.is_cut ? "..." : "");
}

struct Walk {
  std::string words; // of each value, a blank behind it
  std::size_t values = 0;
  Error error = Error::none;
};

Walk walk(std::string_view message) {
  Amf0Reader reader(message);
  Walk walk;
  for (Amf0Token token = reader.next(); token.kind != Amf0Kind::end; token = reader.next()) {
    walk.words += words_of(token) + " ";
    ++walk.values;
  }
  walk.error = reader.error();
  if (reader.next().kind != Amf0Kind::end || reader.error() != walk.error) FAIL("the end does not stay");
  return walk;
}

std::string nested(std::size_t depth) {
  std::string value = amf_null();
  for (std::size_t i = 0; i < depth; ++i)
    value = i % 2 == 0 ? amf_object({{"o", value}}) : amf_array({value});
  return value;
}

// A message with every type.
std::string everything() {
  return amf_string("all") + amf_number(-1.5) + amf_boolean(true) + "\x06\x0d"s + "\x07\x01\x02"s +
         amf_object(
             {{"a", amf_array({amf_number(1), amf_object({{"", amf_null()}})})}, {"b", amf_long_string("long")}}) +
         amf_ecma_array({{"e", amf_boolean(false)}}) + "\x0b"s + amf_number(86400000).substr(1) + "\0\0"s + "\x0f"s +
         be(4, 4) + "<x/>" + "\x10"s + be(3, 2) + "Cls" + be(1, 2) + "p" + amf_null() + "\0\0\x09"s;
}

struct Row {
  std::string message;
  std::string words;
  Error error;
  std::string reason;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> rows{
      {"", "", Error::none, "nothing"},
      {amf_string(""), "'' ", Error::none, "an empty string"},
      {everything(),
       "'all' -1.5 true undefined unsupported #258 { a=[ 1 { null / / b='long' / { e=false / date 8.64e+07 <<x/>> Cls{ "
       "p=null / ",
       Error::none, "every type"},
      {amf_ecma_array({}), "{ / ", Error::none, "an empty ECMA array"},
      {"\x08\xff\xff\xff\xff"s + be(1, 2) + "k" + amf_null() + "\0\0\x09"s, "{ k=null / ", Error::none,
       "an ECMA array's count is a hint"},
      {amf_array({}), "[ / ", Error::none, "an empty array"},
      {"\x03\0\0\x09"s, "{ / ", Error::none, "an empty object"},
      {"\x03\0\0\x05\0\0\x09"s, "{ null / ", Error::none, "a property without a name"},
      {"\x01\x07"s, "true ", Error::none, "a boolean of neither 0 nor 1"},
      {amf_string("a\0b"s), "'a\0b' "s, Error::none, "a NUL"},

      {"\x09"s, "", Error::unknown_marker, "an object's end at the top"},
      {"\x03\0\x01k\x09"s, "{ ", Error::unknown_marker, "an object's end behind a name"},
      {"\x0a\0\0\0\x01\x09"s, "[ ", Error::unknown_marker, "an object's end in an array"},
      {"\x04"s, "", Error::unknown_marker, "a movie clip"},
      {"\x0e"s, "", Error::unknown_marker, "a record set"},
      {"\x12"s, "", Error::unknown_marker, "the first marker that AMF0 has not"},
      {"\xff"s, "", Error::unknown_marker, "ff"},
      {amf_string("a") + "\x11\x0a"s, "'a' ", Error::amf3, "AVM+"},
      {"\x03\0\x01k\x11"s, "{ ", Error::amf3, "AVM+ in an object"},
      {"\x02\xff\xff"s + "short", "", Error::truncated, "a string longer than the message (CVE-2012-4750)"},
      {"\x0c\xff\xff\xff\xff"s + "short", "", Error::truncated, "a long string of 4 GiB"},
      {"\x0f\x7f\xff\xff\xff"s, "", Error::truncated, "XML of 2 GiB"},
      {"\x0a\xff\xff\xff\xff\x05"s, "[ null ", Error::truncated, "an array of 4 billion elements"},
      {"\x10\xff\xff"s, "", Error::truncated, "a class name longer than the message"},
      {"\x03\xff\xff"s, "{ ", Error::truncated, "a name longer than the message"},
      {nested(kMaxAmf0Depth), "{ o=[ { o=[ { o=[ { o=null / / / / / / / / ", Error::none, "nested as deep as may be"},
  };
  return rows;
}

} // namespace

TEST_CASE("AMF0 values of each type are read, and bad ones have their error", "[amf0]") {
  for (const Row& row : rows()) {
    INFO(row.reason);
    const Walk whole = walk(row.message);
    if (row.reason != "nested as deep as may be") CHECK(whole.words == row.words);
    CHECK(to_string(whole.error) == to_string(row.error));
  }
}

TEST_CASE("An AMF0 message cut short says what came before, and that it is cut", "[amf0]") {
  for (const Row& row : rows()) {
    if (row.error != Error::none) continue;
    INFO(row.reason);
    // Where values at the top end, and nowhere else, a shorter message is a good one.
    std::set<std::size_t> ends{0, row.message.size()};
    for (std::size_t cut = 0; cut <= row.message.size(); ++cut) {
      const Walk part = walk(row.message.substr(0, cut));
      const Walk whole = walk(row.message);
      if (whole.words.compare(0, part.words.size(), part.words) != 0) FAIL("other values when cut at " << cut);
      if (part.error == Error::none) ends.insert(cut);
      if (part.error != Error::none && part.error != Error::truncated) FAIL("another error when cut at " << cut);
    }
    CHECK(ends.size() <= walk(row.message).values + 1);
    CHECK(walk(row.message.substr(0, row.message.size() - (row.message.empty() ? 0 : 1))).error ==
          (row.message.empty() ? Error::none : Error::truncated));
  }
}

TEST_CASE("AMF0 objects are followed 8 deep", "[amf0]") {
  CHECK(walk(nested(kMaxAmf0Depth)).error == Error::none);
  CHECK(walk(nested(kMaxAmf0Depth)).values == 2 * kMaxAmf0Depth + 1);
  CHECK(walk(nested(kMaxAmf0Depth + 1)).error == Error::too_deep);
  CHECK(walk(nested(10000)).error == Error::too_deep);
  CHECK(walk(nested(kMaxAmf0Depth) + nested(kMaxAmf0Depth)).error == Error::none); // closed ones count no more
}

TEST_CASE("AMF0 messages have at most 256 properties and elements", "[amf0]") {
  const auto object_of = [](std::size_t properties) {
    return amf_object(Properties(properties, {"k", amf_boolean(true)}));
  };
  const auto array_of = [](std::size_t elements) { return amf_array(std::vector<std::string>(elements, amf_null())); };
  CHECK(walk(object_of(256)).error == Error::none);
  CHECK(walk(object_of(256)).values == 258);
  CHECK(walk(object_of(257)).error == Error::too_many_properties);
  CHECK(walk(array_of(256)).error == Error::none);
  CHECK(walk(array_of(257)).error == Error::too_many_properties);
  CHECK(walk(array_of(60000)).values == 257); // the array and 256: the rest is not looked at
  CHECK(walk(object_of(128) + array_of(128)).error == Error::none);
  CHECK(walk(object_of(128) + array_of(129)).error == Error::too_many_properties);
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += amf_null();
  CHECK(walk(many).values == 1000); // values at the top are as many as the message has bytes
}

TEST_CASE("AMF0 text over 4 KiB is cut between characters", "[amf0]") {
  struct TextRow {
    std::string text;
    std::size_t kept_bytes;
    bool is_cut;
  };
  const std::string full(kMaxAmf0TextBytes, 'x');
  for (const auto& [text, kept_bytes, is_cut] :
       {TextRow{full, 4096, false}, TextRow{full + "x", 4096, true},
        TextRow{full.substr(1) + "\xc3\xa9", 4095, true}, // é
        TextRow{full.substr(2) + "\xc3\xa9", 4096, false}, TextRow{full.substr(1) + "\xe3\x82\xab", 4095, true},
        TextRow{full.substr(2) + "\xe3\x82\xab", 4094, true}, TextRow{std::string(65535, '\xff'), 4096, true}}) {
    for (const std::string& message : {amf_string(text), amf_long_string(text), "\x0f" + be(text.size(), 4) + text,
                                       "\x10" + be(text.size(), 2) + text + "\0\0\x09"s}) {
      Amf0Reader reader(message);
      const Amf0Token token = reader.next();
      CHECK(token.text.size() == kept_bytes);
      CHECK(token.is_cut == is_cut);
      CHECK(text.starts_with(token.text));
    }
    const std::string message = amf_object({{text, amf_null()}});
    Amf0Reader names(message);
    names.next();
    CHECK(names.next().name.size() == kept_bytes);
    CHECK(names.next().kind == Amf0Kind::close);
  }
  const std::string huge = amf_long_string(std::string(64u << 10, 's')) + amf_number(1);
  CHECK(walk(huge).values == 2); // what is behind it is found all the same
}

TEST_CASE("Every marker of AMF0 is decided", "[amf0]") {
  std::size_t unknown = 0;
  std::size_t amf3 = 0;
  for (int marker = 0; marker < 256; ++marker) {
    const Error error = walk(std::string(1, static_cast<char>(marker)) + std::string(8, '\0')).error;
    unknown += error == Error::unknown_marker ? 1 : 0;
    amf3 += error == Error::amf3 ? 1 : 0;
  }
  CHECK(unknown == 256 - 15); // 00 to 11 without 04, 09 and 0e
  CHECK(amf3 == 1);
}

TEST_CASE("Each error of AMF0 has words of its own", "[amf0]") {
  std::set<std::string_view> words;
  for (int error = static_cast<int>(Error::none); error <= static_cast<int>(Error::amf3); ++error)
    words.insert(to_string(static_cast<Error>(error)));
  CHECK(words.size() == 6);
  CHECK(words.count("the values have an unknown error") == 0);
}
