// SPDX-License-Identifier: Apache-2.0
// A server's side of a probe's conversation, as text.
#pragma once

#include "probe/probe_talk.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::test {

// "HTTP/1.1 <status>" with more fields (each with its CRLF), a Content-Length and the body.
std::string answer(std::string_view status, std::string_view body, std::string_view fields = {});

// 200 with a polling byte in front.
std::string rtmp_data(std::string_view rtmp, std::string_view fields = {});

// S0, S1 and S2 of that version of RTMP; S1 tells the server's own version, four bytes.
std::string server_hello(char version = 3, std::string_view server = std::string_view("\0\0\0\0", 4));

// _result or _error of connect, behind the messages that servers send before it.
std::string connect_reply(std::string_view name, std::string_view code);

// The answers of a well server to open, C0C1, C2, connect and close.
std::vector<std::string> good_answers();

// How a probe of rtmpt://host/live ends when the requests are answered so, each answer cut in two at `cut`. What the
// probe still asks behind the last answer is not answered.
struct Talked {
  std::vector<probe::Step> steps;
  std::vector<std::string> requests;
  bool is_over = false;
};
Talked talk(const std::vector<std::string>& answers, std::size_t cut = 0, std::string_view app = "live");

} // namespace rtmpt_proxy::test
