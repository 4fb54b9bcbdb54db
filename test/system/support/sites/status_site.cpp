// SPDX-License-Identifier: Apache-2.0
#include "support/sites/status_site.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <stdexcept>

namespace rtmpt_proxy::test {

namespace json = boost::json;

std::string status_location(const std::string& directives, const std::string& path) {
  return "<Location \"" + path + "\">\n  SetHandler rtmpt-status\n" + directives + "</Location>\n";
}

HttpResponse ask_status(const HttpdFixture& httpd, const std::string& query, const std::string& path) {
  return fetch(httpd.plain(), path + query);
}

json::value status_of(const HttpdFixture& httpd) {
  const auto answer = ask_status(httpd, "?json");
  if (answer.status != 200) throw std::runtime_error("no status: " + answer.head + answer.body);
  return json::parse(answer.body);
}

json::value await_status(const HttpdFixture& httpd, const std::string& what,
                         const std::function<bool(const json::value&)>& condition) {
  json::value last;
  const bool happened = happens([&] {
    last = status_of(httpd);
    return condition(last);
  });
  if (!happened) throw TimedOut(what + ", the last status is: " + json::serialize(last));
  return last;
}

const json::object* session_of(const json::value& status, std::string_view stream) {
  const json::object* found = nullptr;
  for (const json::value& session : status.at("sessions").as_array()) {
    const json::value& name = session.at("stream");
    if (!name.is_string() || name.as_string() != json::string_view(stream.data(), stream.size())) continue;
    if (found) return nullptr;
    found = &session.as_object();
  }
  return found;
}

std::string status_token(const HttpdFixture& httpd, const std::string& path) {
  constexpr std::string_view kMeta = "<meta name=\"rtmpt-token\" content=\"";
  const std::string page = ask_status(httpd, "", path).body;
  const auto begin = page.find(kMeta);
  if (begin == std::string::npos) throw std::runtime_error("no place for a token in the page");
  const auto from = begin + kMeta.size();
  return page.substr(from, page.find('"', from) - from);
}

HttpResponse post_order(const HttpdFixture& httpd, const std::string& order, const std::string& token,
                        const std::string& path) {
  HttpConnection connection(httpd.plain());
  return connection.exchange(post(path + "?" + order, "", token.empty() ? "" : "X-RTMPT-Token: " + token + "\r\n"));
}

HttpResponse post_end(const HttpdFixture& httpd, const std::string& name, const std::string& token,
                      const std::string& path) {
  return post_order(httpd, "end=" + name, token, path);
}

} // namespace rtmpt_proxy::test
