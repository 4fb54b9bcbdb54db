// SPDX-License-Identifier: Apache-2.0
#include "support/httpd/balancer_manager.hpp"

#include "support/os/text_file.hpp"

#include <cctype>
#include <cstdio>
#include <regex>
#include <stdexcept>

namespace rtmpt_proxy::test {

namespace {

constexpr const char* kPage = "/balancer-manager";

std::string form_encoded(std::string_view text) {
  std::string result;
  for (const unsigned char byte : text) {
    if (std::isalnum(byte) != 0) {
      result += static_cast<char>(byte);
      continue;
    }
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "%%%02X", byte);
    result += escaped;
  }
  return result;
}

// The text between the first `from` at or after `start` and the next `to`. Throws when there is none.
std::string between(const std::string& text, const std::string& from, const std::string& to, std::size_t start = 0) {
  const auto begin = text.find(from, start);
  const auto end = begin == std::string::npos ? begin : text.find(to, begin + from.size());
  if (end == std::string::npos) throw std::runtime_error("the balancer-manager has no " + from + " in: " + text);
  return text.substr(begin + from.size(), end - begin - from.size());
}

// The form's hidden fields: what it is about and the nonce without which nothing is changed.
std::vector<std::pair<std::string, std::string>> hidden_fields(const std::string& page) {
  static const std::regex hidden(R"re(<input type=hidden name='(\w+)' id='\w+'\s+value=["']([^"']*)["']>)re");
  std::vector<std::pair<std::string, std::string>> fields;
  for (std::sregex_iterator it(page.begin(), page.end(), hidden), end; it != end; ++it)
    fields.emplace_back((*it)[1], replace_all((*it)[2], "%3a", ":"));
  return fields;
}

} // namespace

// It regards parameters only when they come from a page of its own site.
std::string BalancerManager::headers() const {
  const auto host = "localhost:" + std::to_string(endpoint_.port);
  return "Host: " + host + "\r\nReferer: http://" + host + kPage + "\r\nConnection: close\r\n";
}

HttpResponse BalancerManager::request(const std::string& text) const {
  HttpConnection connection(endpoint_);
  auto reply = connection.exchange(text);
  if (reply.status != 200) throw std::runtime_error("the balancer-manager answered: " + reply.head + reply.body);
  return reply;
}

std::string BalancerManager::link_to(const std::string& text_of_link) const {
  const auto page = request(get(kPage, headers())).body;
  const auto of_balancer = page.find("\">balancer://" + balancer_ + "</a>");
  if (of_balancer == std::string::npos) throw std::runtime_error("no balancer " + balancer_ + " in: " + page);
  const auto after = text_of_link.starts_with("balancer://") ? 0 : of_balancer;
  const auto at = page.find("\">" + text_of_link + "</a>", after);
  if (at == std::string::npos) throw std::runtime_error("no link to " + text_of_link + " in: " + page);
  const auto begin = page.rfind("href=\"", at) + 6;
  return replace_all(page.substr(begin, at - begin), "&amp;", "&");
}

void BalancerManager::submit(const std::string& link, const Fields& chosen) {
  auto fields = hidden_fields(request(get(link, headers())).body);
  if (fields.empty()) throw std::runtime_error("no form behind " + link);
  fields.insert(fields.end(), chosen.begin(), chosen.end());
  std::string body;
  for (const auto& [name, value] : fields)
    body += (body.empty() ? "" : "&") + name + "=" + form_encoded(value);
  const auto head =
      "POST " + std::string(kPage) + " HTTP/1.1\r\n" + headers() +
      "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  request(head + body);
}

void BalancerManager::set_status(const std::string& member_url, char status, bool on) {
  set_field(member_url, std::string("w_status_") + status, on ? "1" : "0");
}

void BalancerManager::set_field(const std::string& member_url, const std::string& name, const std::string& value) {
  submit(link_to(member_url), {{name, value}});
}

void BalancerManager::add_member(const std::string& member_url) {
  submit(link_to("balancer://" + balancer_), {{"b_nwrkr", member_url}, {"b_wyes", "1"}});
}

MemberRow BalancerManager::row(const std::string& member_url) const {
  const auto xml = request(get(std::string(kPage) + "?xml=1", headers())).body;
  const auto balancer = xml.find("<httpd:name>balancer://" + balancer_ + "</httpd:name>");
  const auto member = xml.find("<httpd:name>" + member_url + "</httpd:name>", balancer);
  if (member == std::string::npos) throw std::runtime_error("no member " + member_url + " in: " + xml);
  const auto number = [&](const std::string& name) {
    return std::stoull(between(xml, "<httpd:" + name + ">", "<", member));
  };
  return {between(xml, "<httpd:status>", "<", member), static_cast<std::uint16_t>(number("port")), number("elected")};
}

bool BalancerManager::is(const std::string& member_url, std::string_view word) const {
  return (" " + row(member_url).status).find(" " + std::string(word) + " ") != std::string::npos;
}

} // namespace rtmpt_proxy::test
