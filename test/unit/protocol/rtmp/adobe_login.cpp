// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmp/adobe_login.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::protocol;
using namespace std::string_literals;

TEST_CASE("The queries of ffmpeg, librtmp and GStreamer are logins", "[login]") {
  struct Row {
    std::string query;
    AdobeLogin login;
  };
  const Row rows[] = {
      {"authmod=adobe&user=alice", {"alice", "", "", ""}},
      {"authmod=adobe&user=alice&challenge=0a1b2c3d&response=q83vEjRWeJCrze8SNFZ4kA==&opaque=aa01",
       {"alice", "aa01", "0a1b2c3d", "q83vEjRWeJCrze8SNFZ4kA=="}}, // ffmpeg
      {"authmod=adobe&user=al ice@x&challenge=aB+/Yw==&response=q8/vEjRWeJCr+e8SNFZ4kA==&opaque=aa01",
       {"al ice@x", "aa01", "aB+/Yw==", "q8/vEjRWeJCr+e8SNFZ4kA=="}}, // librtmp
      {"opaque=o&response=r&challenge=c&user=u&authmod=adobe", {"u", "o", "c", "r"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.query);
    const auto login = read_adobe_login(row.query);
    REQUIRE(login);
    CHECK(*login == row.login);
    CHECK(login->answers() == !row.login.response.empty());
    CHECK(read_adobe_login(to_query(*login)) == login);
  }
}

TEST_CASE("What is not exactly a login is none", "[login]") {
  const std::string whole = "authmod=adobe&user=alice&challenge=c&response=r&opaque=o";
  for (const std::string& query : {
           ""s,
           "user=alice&pass=secret"s,
           "authmod=llnw&user=alice"s,
           "authmod=adobe"s,
           "authmod=adobe&user="s,
           "user=alice"s,
           "authmod=adobe&user=alice&"s,
           "&authmod=adobe&user=alice"s,
           "authmod=adobe&user=alice&user=bob"s,
           "authmod=adobe&user=alice&challenge=c"s,
           "authmod=adobe&user=alice&challenge=c&response=r"s,
           "authmod=adobe&user=alice&challenge=c&response=&opaque=o"s,
           whole + "&token=1",
           "token=1&" + whole,
           whole + "&response=s",
           "authmod=adobe&user=a:b"s,
           "authmod=adobe&user=a\nb"s,
           "authmod=adobe&user=a\0b"s,
           "authmod=adobe&user=alice&challenge=c c&response=r&opaque=o"s,
           "authmod=adobe&user=alice&challenge=c&response=r&opaque=<o>"s,
           "authmod=adobe&user=" + std::string(kMaxLoginUserBytes + 1, 'a'),
           "authmod=adobe&user=alice&challenge=c&response=r&opaque=" + std::string(kMaxLoginFieldBytes + 1, 'a'),
       }) {
    CAPTURE(query);
    CHECK_FALSE(read_adobe_login(query));
  }
  for (std::size_t cut = 0; cut < whole.size(); ++cut) { // cut anywhere it is none, but where a whole step ends
    CAPTURE(cut);
    const std::string front = whole.substr(0, cut);
    const bool names_user =
        front.starts_with("authmod=adobe&user=") && front.find('&', 15) == std::string::npos && front.size() > 19;
    CHECK(read_adobe_login(front).has_value() == names_user);
  }
  CHECK(read_adobe_login("authmod=adobe&user=" + std::string(kMaxLoginUserBytes, 'a')));
}

TEST_CASE("The words of a server are those that clients look for", "[login]") {
  CHECK(adobe_wants_login() == "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ");
  CHECK(adobe_challenge("alice", "Studio 1", "ab12") ==
        "[ AccessManager.Reject ] : [ authmod=adobe ] : "
        "?reason=needauth&user=alice&salt=:Studio 1:&challenge=ab12&opaque=ab12");
  CHECK(adobe_login_failed() == "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=authfailed");
}

TEST_CASE("A realm that clients would cut or change is not told", "[login]") {
  CHECK(is_adobe_realm("Studio"));
  CHECK(is_adobe_realm("Studio 1 (west)"));
  CHECK(is_adobe_realm(std::string(kMaxLoginRealmBytes, 'a')));
  for (const std::string& realm :
       {""s, "a&b"s, "a:b"s, "a\nb"s, "Stüdio"s, std::string(kMaxLoginRealmBytes + 1, 'a')}) {
    CAPTURE(realm);
    CHECK_FALSE(is_adobe_realm(realm));
  }
}
