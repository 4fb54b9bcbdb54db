// SPDX-License-Identifier: Apache-2.0
#include "support/peers/front_balancer.hpp"

#include "support/os/free_port.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/front_proxy.hpp"

#include <stdexcept>

namespace rtmpt_proxy::test {

namespace {

constexpr const char* kDocument = "behind-a-balancer.md";

bool is_nginx(FrontBalancerKind kind) {
  return kind == FrontBalancerKind::nginx_http || kind == FrontBalancerKind::nginx_stream;
}

// The block of the document for this kind, and which of the blocks for httpd follows it.
std::string documented_balancer(FrontBalancerKind kind) {
  switch (kind) {
  case FrontBalancerKind::haproxy_tcp: return documented_lines(kDocument, "haproxy", 0);
  case FrontBalancerKind::haproxy_http: return documented_lines(kDocument, "haproxy", 1);
  case FrontBalancerKind::nginx_http: return documented_lines(kDocument, "nginx", 0);
  case FrontBalancerKind::nginx_stream: break;
  }
  return documented_lines(kDocument, "nginx", 1);
}

// Without the rule, so that connections or requests go to the httpds in turn.
std::string unstuck(const std::string& lines, FrontBalancerKind kind) {
  switch (kind) {
  case FrontBalancerKind::haproxy_tcp: return replace_known(lines, "balance source", "balance roundrobin");
  case FrontBalancerKind::haproxy_http: return replace_known(lines, "  stick match ", "  # stick match ");
  case FrontBalancerKind::nginx_http: return replace_known(lines, "hash $httpd_key consistent;", "");
  case FrontBalancerKind::nginx_stream: break;
  }
  return replace_known(lines, "hash $remote_addr consistent;", "");
}

} // namespace

std::ostream& operator<<(std::ostream& out, FrontBalancerKind kind) {
  switch (kind) {
  case FrontBalancerKind::haproxy_tcp: return out << "HAProxy, mode tcp";
  case FrontBalancerKind::haproxy_http: return out << "HAProxy, mode http";
  case FrontBalancerKind::nginx_http: return out << "nginx, proxy_pass";
  case FrontBalancerKind::nginx_stream: return out << "nginx stream";
  }
  return out;
}

std::string lines_for_httpd(FrontBalancerKind kind) {
  // nginx's TCP proxy has no block of its own: the document refers to HAProxy's.
  const int block = kind == FrontBalancerKind::nginx_http ? 2 : kind == FrontBalancerKind::haproxy_http ? 1 : 0;
  std::string lines = documented_lines(kDocument, "apache", block);
  lines = replace_known(lines, "192.0.2.10", kBalancerAddress);
  return lines;
}

FrontBalancer::FrontBalancer(FrontBalancerKind kind, std::array<std::uint16_t, 2> httpd_ports, Sticking sticking)
    : port_(free_port()) {
  program_.start(is_nginx(kind) ? FrontProgram::Kind::nginx : FrontProgram::Kind::haproxy,
                 config(kind, httpd_ports, sticking), {port_});
}

std::string FrontBalancer::config(FrontBalancerKind kind, std::array<std::uint16_t, 2> httpd_ports,
                                  Sticking sticking) const {
  std::string lines = documented_balancer(kind);
  if (sticking == Sticking::none) lines = unstuck(lines, kind);
  const std::string here = "127.0.0.1:" + std::to_string(port_);
  const std::string from = kBalancerAddress;
  for (std::size_t i = 0; i < httpd_ports.size(); ++i)
    lines = replace_known(lines, "192.0.2.1" + std::to_string(i + 1) + ":80",
                          "127.0.0.1:" + std::to_string(httpd_ports[i]));
  if (!is_nginx(kind)) {
    lines = replace_known(lines, "bind :80\n", "bind " + here + "\n");
    return haproxy_top() + replace_known(lines, "send-proxy-v2 check", "send-proxy-v2 source " + from + " check");
  }
  lines = replace_known(lines, "listen 80;", "listen " + here + ";");
  const bool is_http = kind == FrontBalancerKind::nginx_http;
  const std::string pass = is_http ? "proxy_pass http://httpds;" : "proxy_pass httpds;";
  lines = replace_known(lines, pass, pass + " proxy_bind " + from + ";");
  return is_http ? replace_known(lines, "http {\n", nginx_http_top()) : nginx_stream_top() + lines;
}

} // namespace rtmpt_proxy::test
