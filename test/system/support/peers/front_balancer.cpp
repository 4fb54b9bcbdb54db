#include "support/peers/front_balancer.hpp"

#include "support/os/free_port.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/front_proxy.hpp"

#include <stdexcept>

namespace rtmpt_proxy::test {

namespace {

constexpr const char* kDocument = "behind-a-balancer.md";

constexpr const char* kNginxFrame = R"(@MODULE@daemon off;
master_process off;
pid @ROOT@/nginx.pid;
error_log @ROOT@/balancer.log notice;
events { worker_connections 256; }
)";

constexpr const char* kNginxHttp = R"(http {
  access_log off;
  client_body_temp_path @ROOT@/t1; proxy_temp_path @ROOT@/t2; fastcgi_temp_path @ROOT@/t3;
  uwsgi_temp_path @ROOT@/t4; scgi_temp_path @ROOT@/t5;
)";

constexpr const char* kHaproxyFrame = "defaults\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n";

bool is_nginx(FrontBalancerKind kind) {
  return kind == FrontBalancerKind::nginx_http || kind == FrontBalancerKind::nginx_stream;
}

// Replaces `from`, which must be there: a documented line that this test no longer fits must be noticed.
void replace_known(std::string& text, const std::string& from, const std::string& to) {
  if (text.find(from) == std::string::npos) throw std::runtime_error("no '" + from + "' in:\n" + text);
  text = replace_all(text, from, to);
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

// Takes the rule out, so that connections or requests go to the httpds in turn.
void unstick(std::string& lines, FrontBalancerKind kind) {
  switch (kind) {
  case FrontBalancerKind::haproxy_tcp: return replace_known(lines, "balance source", "balance roundrobin");
  case FrontBalancerKind::haproxy_http: return replace_known(lines, "  stick match ", "  # stick match ");
  case FrontBalancerKind::nginx_http: return replace_known(lines, "hash $httpd_key consistent;", "");
  case FrontBalancerKind::nginx_stream: return replace_known(lines, "hash $remote_addr consistent;", "");
  }
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
  replace_known(lines, "192.0.2.10", kBalancerAddress);
  return lines;
}

FrontBalancer::FrontBalancer(FrontBalancerKind kind, std::array<std::uint16_t, 2> httpd_ports, Sticking sticking)
    : port_(free_port()) {
  const auto file = dir_.path() / "balancer.conf";
  const auto log = dir_.path() / "balancer.log";
  write_file(file, config(kind, httpd_ports, sticking));
  std::vector<std::string> arguments{"/usr/sbin/haproxy", "-db", "-f", file.string()};
  if (is_nginx(kind))
    arguments = {"/usr/sbin/nginx", "-p", dir_.path().string(), "-c", file.string(), "-e", log.string()};
  process_.emplace(Command{arguments, log, log, dir_.path()});
  if (!happens([this] { return accepts(port_); }))
    throw TimedOut("the balancer does not accept connections:\n" + tail_of(log));
}

std::string FrontBalancer::config(FrontBalancerKind kind, std::array<std::uint16_t, 2> httpd_ports,
                                  Sticking sticking) const {
  std::string lines = documented_balancer(kind);
  if (sticking == Sticking::none) unstick(lines, kind);
  const std::string here = "127.0.0.1:" + std::to_string(port_);
  const std::string from = kBalancerAddress;
  for (std::size_t i = 0; i < httpd_ports.size(); ++i)
    replace_known(lines, "192.0.2.1" + std::to_string(i + 1) + ":80", "127.0.0.1:" + std::to_string(httpd_ports[i]));
  if (!is_nginx(kind)) {
    replace_known(lines, "bind :80\n", "bind " + here + "\n");
    replace_known(lines, "send-proxy-v2 check", "send-proxy-v2 source " + from + " check");
    return kHaproxyFrame + lines;
  }
  const bool stream = kind == FrontBalancerKind::nginx_stream;
  replace_known(lines, "listen 80;", "listen " + here + ";");
  if (stream)
    replace_known(lines, "proxy_pass httpds;", "proxy_pass httpds; proxy_bind " + from + ";");
  else
    replace_known(lines, "proxy_pass http://httpds;", "proxy_pass http://httpds; proxy_bind " + from + ";");
  if (!stream) replace_known(lines, "http {\n", kNginxHttp);
  const std::string frame =
      replace_all(kNginxFrame, "@MODULE@", stream ? "load_module /usr/lib/nginx/modules/ngx_stream_module.so;\n" : "");
  return replace_all(frame + lines, "@ROOT@", dir_.path().string());
}

} // namespace rtmpt_proxy::test
