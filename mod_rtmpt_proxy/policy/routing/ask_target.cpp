// SPDX-License-Identifier: Apache-2.0
#include "policy/routing/ask_text.hpp"

#include <rtmpt_proxy/policy/routing/ask_target.hpp>
#include <rtmpt_proxy/policy/text/base64.hpp>
#include <rtmpt_proxy/protocol/text/percent_text.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace rtmpt_proxy::policy {

namespace {

// "live.example.com:1935" of "rtmp://user:password@live.example.com:1935/live"; empty when there is no "://".
std::string_view authority_host(std::string_view tc_url) {
  const std::size_t scheme = tc_url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view authority = tc_url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const std::size_t user = authority.rfind('@');
  return user == std::string_view::npos ? authority : authority.substr(user + 1);
}

// Letters, "://", and a host behind it.
bool is_url(std::string_view tc_url) {
  const std::size_t scheme = tc_url.find("://");
  if (scheme == 0 || scheme == std::string_view::npos || authority_host(tc_url).empty()) return false;
  return std::all_of(tc_url.begin(), tc_url.begin() + static_cast<std::ptrdiff_t>(scheme),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

// Whether tcUrl, which is a URL or empty, names that application and either that query or none.
bool agrees(std::string_view tc_url, std::string_view app, std::string_view query) {
  const std::size_t scheme = tc_url.find("://");
  if (scheme == std::string_view::npos) return true;
  std::string_view path = tc_url.substr(scheme + 3);
  const std::size_t begin = path.find_first_of("/?#");
  if (begin == std::string_view::npos) return app.empty();
  path.remove_prefix(begin);
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::size_t question = std::min(path.find('?'), path.size());
  const std::string_view own_query = path.substr(std::min(question + 1, path.size()));
  return bare_app(path.substr(0, question)) == app && (own_query.empty() || own_query == query);
}

bool is_host(std::string_view host) {
  return host.size() <= kMaxAskHostBytes &&
         std::all_of(host.begin(), host.end(), [](char c) { return is_one_of(c, "-._:[]"); });
}

std::string host_of(const protocol::Endpoint& endpoint) {
  const std::string address(protocol::to_text(endpoint.address).view());
  const std::string host = endpoint.address.is_v4() ? address : "[" + address + "]";
  return endpoint.port == 0 ? host : host + ":" + std::to_string(endpoint.port);
}

AskTarget failed(AskError error) {
  AskTarget target;
  target.error = error;
  return target;
}

} // namespace

std::string_view to_string(AskError error) {
  switch (error) {
  case AskError::none: return "no error";
  case AskError::bad_host: return "the host in tcUrl has a character that no host has, or is too long";
  case AskError::odd_path: return "the application has an empty segment, \".\" or \"..\"";
  case AskError::control_in_app: return "the application has a control character";
  case AskError::percent_in_app: return "the application has a percent sign, which media servers read differently";
  case AskError::odd_app:
    return "the application has a character or word that media servers read differently, such as '#', '=' or a space";
  case AskError::odd_url: return "tcUrl is not scheme://host/application";
  case AskError::other_app_in_url: return "tcUrl names another application or query than the client's app";
  case AskError::app_too_long: return "the application's name is too long";
  case AskError::query_too_long: return "the application's query is too long";
  }
  return "unknown";
}

AskTarget ask_target(const protocol::ConnectRequest& connect) {
  const std::string_view whole = connect.app;
  const std::size_t question = std::min(whole.find('?'), whole.size());
  const std::string_view app = bare_app(whole.substr(0, question));
  const std::string_view host = authority_host(connect.tc_url);
  if (connect.is_cut || app.size() > kMaxAskPathBytes) return failed(AskError::app_too_long);
  if (!is_host(host)) return failed(AskError::bad_host);
  if (has_control(app)) return failed(AskError::control_in_app);
  if (has_odd_segment(app)) return failed(AskError::odd_path);
  const std::string_view query = whole.substr(std::min(question + 1, whole.size()));
  if (app.find('%') != std::string_view::npos) return failed(AskError::percent_in_app);
  if (!is_plain_path(app)) return failed(AskError::odd_app);
  if (!connect.tc_url.empty() && !is_url(connect.tc_url)) return failed(AskError::odd_url);
  if (!agrees(connect.tc_url, app, query)) return failed(AskError::other_app_in_url);
  if (query.size() > kMaxAskQueryBytes) return failed(AskError::query_too_long);
  std::string credentials = credentials_in_query(query);
  if (credentials.empty()) credentials = credentials_in_url(connect.tc_url);
  return {AskError::none,      std::string(host),      "/" + escaped_path(app),
          std::string(query),  std::move(credentials), protocol::read_adobe_login(query),
          connect.is_publisher};
}

std::string_view ask_method(protocol::GatedKind kind) {
  switch (kind) {
  case protocol::GatedKind::connect: return "OPEN";
  case protocol::GatedKind::publish: return "PUBLISH";
  case protocol::GatedKind::play:
  case protocol::GatedKind::play2: break;
  }
  return "PLAY";
}

std::string ask_request(const AskRequest& ask) {
  constexpr std::size_t kMaxAgentBytes = 128;
  std::string request = std::string(ask.method) + " " + std::string(ask.path) + " HTTP/1.1\r\n";
  const auto add = [&request](std::string_view name, std::string_view value) {
    request.append(name).append(": ").append(value).append("\r\n");
  };
  add("Host", ask.host.empty() ? host_of(ask.destination) : header_text(ask.host));
  if (!ask.flash_version.empty()) add("User-Agent", header_text(ask.flash_version.substr(0, kMaxAgentBytes)));
  if (!ask.query.empty()) add(kAskQueryHeader, header_text(ask.query));
  if (!ask.app_query.empty()) add(kAskAppQueryHeader, header_text(ask.app_query));
  if (!ask.session_form.empty()) add(kAskSessionFormHeader, header_text(ask.session_form));
  if (!ask.stream_form.empty()) add(kAskStreamFormHeader, header_text(ask.stream_form));
  if (!ask.vhost.empty()) add(kAskVhostHeader, header_text(ask.vhost));
  if (ask.needs_rule) add(kAskRuleHeader, "1");
  if (!ask.shown_path.empty()) add(kAskShownPathHeader, ask.shown_path);
  if (!ask.credentials.empty()) add("Authorization", "Basic " + to_base64(ask.credentials));
  if (ask.login) add(kAskLoginHeader, protocol::percent_encoded(protocol::to_query(*ask.login)));
  if (ask.publishes) add(kAskPublishesHeader, "1");
  add("Connection", "close");
  return request + "\r\n";
}

std::string ask_request(const AskTarget& target, std::string_view flash_version,
                        const protocol::Endpoint& destination) {
  return ask_request({"OPEN",
                      target.path,
                      target.host,
                      flash_version,
                      target.query,
                      {},
                      target.credentials,
                      {},
                      destination,
                      target.login ? &*target.login : nullptr,
                      target.publishes});
}

} // namespace rtmpt_proxy::policy
