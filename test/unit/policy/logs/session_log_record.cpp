// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/logs/session_log_record.hpp>

#include <catch2/catch.hpp>

#include <set>

using namespace rtmpt_proxy::policy;

TEST_CASE("Each end of a session has a word and a status", "[session_log_record]") {
  struct Row {
    SessionEndReason reason;
    std::string_view word;
    int status;
  };
  std::set<std::string_view> words;
  for (const auto& [reason, word, status] : {
           Row{SessionEndReason::close, "close", 200},
           Row{SessionEndReason::backend_closed, "backend-closed", 200},
           Row{SessionEndReason::timeout, "timeout", 200},
           Row{SessionEndReason::client_gone, "client-gone", 200},
           Row{SessionEndReason::refused, "refused", 503},
           Row{SessionEndReason::administrator, "administrator", 200},
           Row{SessionEndReason::shutdown, "shutdown", 200},
           Row{SessionEndReason::lost_request, "lost-request", 500},
           Row{SessionEndReason::backend_stalled, "backend-stalled", 500},
           Row{SessionEndReason::body_too_large, "body-too-large", 413},
           Row{SessionEndReason::request_refused, "request-refused", 400},
           Row{SessionEndReason::unclaimed, "unclaimed", 500},
           Row{SessionEndReason::stream_refused, "stream-refused", 403},
       }) {
    CHECK(to_string(reason) == word);
    CHECK(http_status(reason) == status);
    words.insert(word);
  }
  CHECK(words.size() == static_cast<std::size_t>(SessionEndReason::stream_refused) + 1);
}

TEST_CASE("Several ways of one session are named in one order", "[session_log_record]") {
  CHECK(to_string(UsedWays{}).empty());
  CHECK(to_string(UsedWays{true, false, false}) == "handed-over");
  CHECK(to_string(UsedWays{false, true, false}) == "pumped");
  CHECK(to_string(UsedWays{false, false, true}) == "forwarded");
  CHECK(to_string(UsedWays{true, false, true}) == "handed-over+forwarded");
  CHECK(to_string(UsedWays{true, true, true}) == "handed-over+pumped+forwarded");
}

TEST_CASE("A client leg's word is the scheme of its URL", "[session_log_record]") {
  CHECK(to_string(ClientLeg::rtmpt) == "rtmpt");
  CHECK(to_string(ClientLeg::rtmpts) == "rtmpts");
  CHECK(to_string(ClientLeg::rtmp) == "rtmp");
  CHECK(to_string(ClientLeg::rtmps) == "rtmps");
}
