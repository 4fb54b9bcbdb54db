// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>

#include <catch2/catch.hpp>

#include <optional>
#include <string>

using namespace rtmpt_proxy::protocol;

namespace {

using Kind = TunnelRequestKind;
using Error = TargetError;

const std::string kId = "AbcdefghijklmnopqrstuZ_"; // 23 characters, as every id

struct Good {
  std::string path;
  Kind kind;
  std::string session_id;
  std::optional<std::uint32_t> number;
};

struct Bad {
  std::string path;
  Error error;
  Kind kind; // right for every error but not_a_tunnel_target
};

std::string padded_to(std::string path, std::size_t size_bytes) {
  path.resize(size_bytes, 'q');
  return path;
}

} // namespace

TEST_CASE("Every form of a tunnel target that clients use is understood", "[rtmpt_target]") {
  const Good table[] = {
      {"/open/1", Kind::open, "", {}},
      {"/open/1?token=x", Kind::open, "", {}},
      {"/fcs/ident2", Kind::ident, "", {}},
      {"/fcs/ident", Kind::ident, "", {}},
      {"/fcs/ident2?x=/y", Kind::ident, "", {}},
      {"/send/Abc-_9Abc-_9Abc-_9Abc-_/0", Kind::send, "Abc-_9Abc-_9Abc-_9Abc-_", 0},
      {"/idle/" + kId + "/12", Kind::idle, kId, 12},
      {"/idle/" + kId + "/12?x=/y/", Kind::idle, kId, 12},
      {"/idel/" + kId + "/12", Kind::idle, kId, 12},
      {"/close/" + kId + "/5", Kind::close, kId, 5},
      {"/close/" + kId, Kind::close, kId, {}},
      {"/close/" + kId + "/", Kind::close, kId, {}},
      {"/close/" + kId + "?5", Kind::close, kId, {}},
      {"/send/" + kId + "/4294967295", Kind::send, kId, 4294967295u},
      {"/send/" + kId + "/0000000005", Kind::send, kId, 5}, // ten digits
      {padded_to("/send/" + kId + "/3?", kMaxTargetBytes), Kind::send, kId, 3},
      {padded_to("/fcs/ident?", kMaxTargetBytes), Kind::ident, "", {}},
  };
  for (const Good& row : table) {
    INFO(row.path);
    const TargetResult result = parse_rtmpt_target(row.path);
    CHECK(result.error == Error::none);
    CHECK(result.target.kind == row.kind);
    CHECK(result.target.session_id == row.session_id);
    CHECK(result.target.sequence_number == row.number);
    CHECK(is_tunnel_target(row.path));
  }
}

TEST_CASE("What is no tunnel target is left to the rest of the site", "[rtmpt_target]") {
  const std::string table[] = {
      "",
      "/",
      "*",
      "open/1",
      "//open/1",
      "/open",
      "/open/",
      "/open/1/",
      "/open/12",
      "/open/2",
      "/OPEN/1",
      "/open/1#x",
      "/open/1%20",
      "/open?/1",
      "/send",
      "/sendx/",
      "/send?a/1",
      "/send/",
      "/send//5",
      "/close/",
      "/send/newsletter",
      "/send/newsletter/7",
      "/close/my-account",
      "/idle/a b/1",
      "/idle/..%2fpasswd/1",
      "/send/?abc/1",
      "/fcs/identity",
      "/fcs/ident2/more",
      "/fcs/ident/",
      "/fcs/ident22",
      "/send/" + kId.substr(1) + "/1",
      "/send/" + kId + "x/1",
      "/close/" + kId.substr(1),
      "/close/" + kId + "x",
      "/send/%41" + kId.substr(1) + "/1",
      "/send/" + kId.substr(1) + "./1",
      "/send/" + kId.substr(1) + "?/1",
      "/send/" + kId.substr(1) + "/" + kId + "/1",
      "/send//" + kId + "/1",
      "/Send/abc/1",
      "/idle",
      "/idl/abc/1",
      "/close",
      "/closed/a",
      "/fcs",
      "/fcs/",
      "/fcs/iden",
      "/FCS/ident2",
      "/fcs?/ident2",
      "/index.html",
      "/a/send/b",
      " /open/1",
      "/idle%2Fa",
      "/page?/send/a",
      "/%73end/abc/1",
      "send/abc/1",
      "/senD/abc/1",
      padded_to("/page", 300),
      padded_to("/open/1/", 300),
      padded_to("/open/12?", 300),
  };
  for (const std::string& path : table) {
    INFO(path);
    CHECK(parse_rtmpt_target(path).error == Error::not_a_tunnel_target);
    CHECK_FALSE(is_tunnel_target(path));
  }
}

TEST_CASE("A bad tunnel target is claimed and gets the error that decides its answer", "[rtmpt_target]") {
  const Bad table[] = {
      {"/send/" + kId, Error::bad_sequence_number, Kind::send},
      {"/send/" + kId + "/", Error::bad_sequence_number, Kind::send},
      {"/idle/" + kId + "?1", Error::bad_sequence_number, Kind::idle},
      {"/idle/" + kId + "/-1", Error::bad_sequence_number, Kind::idle},
      {"/idle/" + kId + "/+1", Error::bad_sequence_number, Kind::idle},
      {"/idle/" + kId + "/ 1", Error::bad_sequence_number, Kind::idle},
      {"/idle/" + kId + "/1 ", Error::bad_sequence_number, Kind::idle},
      {"/idle/" + kId + "/0x1", Error::bad_sequence_number, Kind::idle},
      {"/idle/" + kId + "/1.0", Error::bad_sequence_number, Kind::idle},
      {"/idle/" + kId + "/1e3", Error::bad_sequence_number, Kind::idle},
      {"/send/" + kId + "/4294967296", Error::bad_sequence_number, Kind::send},
      {"/send/" + kId + "/9999999999", Error::bad_sequence_number, Kind::send},
      {"/send/" + kId + "/00000000005", Error::bad_sequence_number, Kind::send}, // eleven digits
      {"/send/" + kId + "/1/x", Error::bad_sequence_number, Kind::send},
      {"/send/" + kId + "/1/", Error::bad_sequence_number, Kind::send},
      {"/close/" + kId + "//", Error::bad_sequence_number, Kind::close},
      {"/close/" + kId + "/x", Error::bad_sequence_number, Kind::close},
      {"/close/" + kId + "/5/", Error::bad_sequence_number, Kind::close},
      {padded_to("/send/" + kId + "/3?", kMaxTargetBytes + 1), Error::too_long, Kind::send},
      {padded_to("/open/1?", kMaxTargetBytes + 1), Error::too_long, Kind::open},
      {padded_to("/fcs/ident?", kMaxTargetBytes + 1), Error::too_long, Kind::ident},
  };
  for (const Bad& row : table) {
    INFO(row.path);
    const TargetResult result = parse_rtmpt_target(row.path);
    CHECK(to_string(result.error) == to_string(row.error));
    CHECK(result.target.kind == row.kind);
    CHECK(is_tunnel_target(row.path));
  }
}

TEST_CASE("A session id points into the text it was parsed from", "[rtmpt_target]") {
  const std::string path = "/send/" + kId + "/1";
  CHECK(parse_rtmpt_target(path).target.session_id.data() == path.data() + 6);
}

TEST_CASE("Kinds of requests are named as in their targets", "[rtmpt_target]") {
  CHECK(to_string(Kind::ident) == "ident");
  for (const Kind kind : {Kind::open, Kind::send, Kind::idle, Kind::close}) {
    const std::string path = "/" + std::string(to_string(kind)) + "/" + kId + "/1";
    INFO(path);
    CHECK(parse_rtmpt_target(kind == Kind::open ? "/open/1" : path).target.kind == kind);
  }
}
