// SPDX-License-Identifier: Apache-2.0
#include "talk_samples.hpp"

#include "../protocol/rtmp/rtmp_samples.hpp"

#include <algorithm>

namespace rtmpt_proxy::test {

std::string answer(std::string_view status, std::string_view body, std::string_view fields) {
  return "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string rtmp_data(std::string_view rtmp, std::string_view fields) {
  return answer("200 OK", "\x01" + std::string(rtmp), fields);
}

std::string server_hello(char version, std::string_view server) {
  std::string hello(1, version);
  hello += std::string(4, 't') + std::string(server) + std::string(1528, '1');
  return hello + std::string(1536, '2');
}

std::string connect_reply(std::string_view name, std::string_view code) {
  const std::string payload = amf_string(name) + amf_number(1) + amf_object({{"fmsVer", amf_string("FMS/3,0,1,123")}}) +
                              amf_object({{"level", amf_string("status")},
                                          {"code", amf_string(code)},
                                          {"description", amf_string("some words\x1b[2J")}});
  const std::string other = amf_string("onBWDone") + amf_number(0) + amf_null();
  return chunks({.stream = 2, .type = 5, .payload = be(5'000'000, 4)}) + set_chunk_size(4096) +
         chunks({.payload = other, .chunk_size = 4096}) + chunks({.payload = payload, .chunk_size = 4096});
}

std::vector<std::string> good_answers() {
  return {answer("200 OK", "abcdefghijklmnopqrstuvw\n"), rtmp_data(server_hello()), rtmp_data(""),
          rtmp_data(connect_reply("_result", "NetConnection.Connect.Success")), answer("200 OK", std::string(1, '\0'))};
}

Talked talk(const std::vector<std::string>& answers, std::size_t cut, std::string_view app) {
  using probe::ProbeTalk;
  Talked result;
  ProbeTalk talk({.tls = false, .host = "host", .port = 80, .app = std::string(app)}, std::string(1528, 'r'),
                 ProbeTalk::Time(0));
  ProbeTalk::Time now(0);
  for (const std::string& one : answers) {
    if (std::string request = talk.take_request(); !request.empty()) result.requests.push_back(std::move(request));
    const std::size_t at = std::min(cut, one.size());
    talk.feed(std::string_view(one).substr(0, at), now += ProbeTalk::Time(1));
    talk.feed(std::string_view(one).substr(at), now += ProbeTalk::Time(1));
  }
  if (std::string request = talk.take_request(); !request.empty()) result.requests.push_back(std::move(request));
  result.steps = talk.steps();
  result.is_over = talk.is_over();
  return result;
}

} // namespace rtmpt_proxy::test
