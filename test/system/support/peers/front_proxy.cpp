// SPDX-License-Identifier: Apache-2.0
#include "support/peers/front_proxy.hpp"

#include "support/os/built.hpp"
#include "support/os/free_port.hpp"
#include "support/os/text_file.hpp"

#include <cctype>
#include <stdexcept>

namespace rtmpt_proxy::test {

std::ostream& operator<<(std::ostream& out, FrontProxyKind kind) {
  switch (kind) {
  case FrontProxyKind::nginx: return out << "nginx";
  case FrontProxyKind::haproxy: return out << "HAProxy";
  case FrontProxyKind::nginx_stream: return out << "nginx stream";
  case FrontProxyKind::haproxy_v1: return out << "HAProxy, send-proxy";
  case FrontProxyKind::haproxy_v2: return out << "HAProxy, send-proxy-v2";
  }
  return out;
}

std::string documented_lines(const std::string& file, const std::string& language, int number) {
  const auto text = read_file(std::filesystem::path(built::docs_folder()) / file);
  const std::string fence = "\n```" + language + "\n";
  auto begin = text.find(fence);
  for (; number > 0 && begin != std::string::npos; --number)
    begin = text.find(fence, begin + 1);
  const auto end = text.find("\n```\n", begin + 1);
  if (begin == std::string::npos || end == std::string::npos)
    throw std::runtime_error("no block of '" + language + "' in docs/" + file);
  return text.substr(begin + fence.size(), end + 1 - begin - fence.size());
}

FrontProxy::FrontProxy(FrontProxyKind kind, std::uint16_t httpd_port) : kind_(kind), port_(free_port()) {
  const bool is_nginx = kind == FrontProxyKind::nginx || kind == FrontProxyKind::nginx_stream;
  program_.start(is_nginx ? FrontProgram::Kind::nginx : FrontProgram::Kind::haproxy, config(httpd_port), {port_});
}

std::string FrontProxy::nginx_config(std::uint16_t httpd_port) const {
  auto lines = documented_lines("client-address.md", "nginx");
  lines = replace_known(lines, "http://127.0.0.1:8080;", "http://127.0.0.1:" + std::to_string(httpd_port) + ";");
  return nginx_http_top() + "server {\nlisten 127.0.0.1:" + std::to_string(port_) + ";\n" + lines + "}\n}\n";
}

std::string FrontProxy::haproxy_config(std::uint16_t httpd_port) const {
  auto lines = documented_lines("client-address.md", "haproxy");
  lines = replace_known(lines, "bind :80\n", "bind 127.0.0.1:" + std::to_string(port_) + "\n");
  lines = replace_known(lines, "127.0.0.1:8080", "127.0.0.1:" + std::to_string(httpd_port));
  return haproxy_top() + lines;
}

std::string FrontProxy::nginx_stream_config(std::uint16_t httpd_port) const {
  auto lines = documented_lines("client-address.md", "nginx", 1);
  lines = replace_known(lines, "listen 80;", "listen 127.0.0.1:" + std::to_string(port_) + ";");
  lines = replace_known(lines, "127.0.0.1:8080;",
                        "127.0.0.1:" + std::to_string(httpd_port) + "; proxy_bind " + kTcpProxyAddress + ";");
  return nginx_stream_top() + lines;
}

std::string FrontProxy::haproxy_tcp_config(std::uint16_t httpd_port) const {
  auto lines = documented_lines("client-address.md", "haproxy", 1);
  lines = replace_known(lines, "bind :80\n", "bind 127.0.0.1:" + std::to_string(port_) + "\n");
  lines = replace_known(lines, "127.0.0.1:8080",
                        "127.0.0.1:" + std::to_string(httpd_port) + " source " + kTcpProxyAddress + " inter 200ms");
  if (kind_ == FrontProxyKind::haproxy_v1) lines = replace_known(lines, "send-proxy-v2", "send-proxy");
  return haproxy_top() + lines;
}

std::string FrontProxy::config(std::uint16_t httpd_port) const {
  switch (kind_) {
  case FrontProxyKind::nginx: return nginx_config(httpd_port);
  case FrontProxyKind::haproxy: return haproxy_config(httpd_port);
  case FrontProxyKind::nginx_stream: return nginx_stream_config(httpd_port);
  case FrontProxyKind::haproxy_v1:
  case FrontProxyKind::haproxy_v2: break;
  }
  return haproxy_tcp_config(httpd_port);
}

std::optional<std::string> FrontProxy::header(const HttpResponse& response, std::string name) const {
  if (kind_ == FrontProxyKind::haproxy)
    for (char& letter : name)
      letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return response.header(name);
}

} // namespace rtmpt_proxy::test
