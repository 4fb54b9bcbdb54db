#include <rtmpt_proxy/protocol/rtmpt_target.hpp>

#include <catch2/catch.hpp>

#include <optional>
#include <string>

using namespace rtmpt_proxy::protocol;

namespace {

using Kind = TunnelRequestKind;
using Error = TargetError;

const std::string kId64(64, 'i');
const std::string kId65(65, 'i');

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
      {"/fcs/ident2/more?x", Kind::ident, "", {}},
      {"/send/Abc-_9/0", Kind::send, "Abc-_9", 0},
      {"/send/a/1", Kind::send, "a", 1},
      {"/send/" + kId64 + "/7", Kind::send, kId64, 7},
      {"/idle/abc/12", Kind::idle, "abc", 12},
      {"/idle/abc/12?x=/y/", Kind::idle, "abc", 12},
      {"/idel/abc/12", Kind::idle, "abc", 12},
      {"/close/abc/5", Kind::close, "abc", 5},
      {"/close/abc", Kind::close, "abc", {}},
      {"/close/abc/", Kind::close, "abc", {}},
      {"/close/abc?5", Kind::close, "abc", {}},
      {"/send/abc/4294967295", Kind::send, "abc", 4294967295u},
      {"/send/abc/0000000005", Kind::send, "abc", 5}, // ten digits
      {padded_to("/send/abc/3?", kMaxTargetBytes), Kind::send, "abc", 3},
      {padded_to("/fcs/ident", kMaxTargetBytes), Kind::ident, "", {}},
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
      {"/send/", Error::malformed_session_id, Kind::send},
      {"/send//5", Error::malformed_session_id, Kind::send},
      {"/close/", Error::malformed_session_id, Kind::close},
      {"/idle/a b/1", Error::malformed_session_id, Kind::idle},
      {"/idle/..%2fpasswd/1", Error::malformed_session_id, Kind::idle},
      {"/idel/a.b/x", Error::malformed_session_id, Kind::idle}, // the id is checked before the number
      {"/send/?abc/1", Error::malformed_session_id, Kind::send},
      {"/send/" + kId65 + "/1", Error::session_id_too_long, Kind::send},
      {"/close/" + kId65, Error::session_id_too_long, Kind::close},
      {"/send/" + std::string(65, '%') + "/x", Error::session_id_too_long, Kind::send},
      {"/send/abc", Error::bad_sequence_number, Kind::send},
      {"/send/abc/", Error::bad_sequence_number, Kind::send},
      {"/idle/abc?1", Error::bad_sequence_number, Kind::idle},
      {"/idle/abc/-1", Error::bad_sequence_number, Kind::idle},
      {"/idle/abc/+1", Error::bad_sequence_number, Kind::idle},
      {"/idle/abc/ 1", Error::bad_sequence_number, Kind::idle},
      {"/idle/abc/1 ", Error::bad_sequence_number, Kind::idle},
      {"/idle/abc/0x1", Error::bad_sequence_number, Kind::idle},
      {"/idle/abc/1.0", Error::bad_sequence_number, Kind::idle},
      {"/idle/abc/1e3", Error::bad_sequence_number, Kind::idle},
      {"/send/abc/4294967296", Error::bad_sequence_number, Kind::send},
      {"/send/abc/9999999999", Error::bad_sequence_number, Kind::send},
      {"/send/abc/00000000005", Error::bad_sequence_number, Kind::send}, // eleven digits
      {"/send/abc/1/x", Error::bad_sequence_number, Kind::send},
      {"/send/abc/1/", Error::bad_sequence_number, Kind::send},
      {"/close/abc//", Error::bad_sequence_number, Kind::close},
      {"/close/abc/x", Error::bad_sequence_number, Kind::close},
      {"/close/abc/5/", Error::bad_sequence_number, Kind::close},
      {padded_to("/send/abc/3?", kMaxTargetBytes + 1), Error::too_long, Kind::send},
      {padded_to("/idle/", kMaxTargetBytes + 1), Error::too_long, Kind::idle}, // before the id's own length
      {padded_to("/open/1?", kMaxTargetBytes + 1), Error::too_long, Kind::open},
      {padded_to("/fcs/ident", kMaxTargetBytes + 1), Error::too_long, Kind::ident},
      {padded_to("/idle/", kMaxTargetBytes), Error::session_id_too_long, Kind::idle},
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
  const std::string path = "/send/abc/1";
  CHECK(parse_rtmpt_target(path).target.session_id.data() == path.data() + 6);
}

TEST_CASE("Kinds of requests are named as in their targets", "[rtmpt_target]") {
  CHECK(to_string(Kind::ident) == "ident");
  for (const Kind kind : {Kind::open, Kind::send, Kind::idle, Kind::close}) {
    const std::string path = "/" + std::string(to_string(kind)) + "/1/1";
    INFO(path);
    CHECK(parse_rtmpt_target(kind == Kind::open ? "/open/1" : path).target.kind == kind);
  }
}
