#include "support/peers/front_proxy.hpp"

#include "support/os/free_port.hpp"
#include "support/os/text_file.hpp"

#include <cctype>
#include <stdexcept>

namespace rtmpt_proxy::test {

namespace {

constexpr const char* kNginxFrame = R"(daemon off;
master_process off;
pid @ROOT@/nginx.pid;
error_log @ROOT@/proxy.log notice;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path @ROOT@/t1; proxy_temp_path @ROOT@/t2; fastcgi_temp_path @ROOT@/t3;
  uwsgi_temp_path @ROOT@/t4; scgi_temp_path @ROOT@/t5;
  server {
    listen 127.0.0.1:@PORT@;
    @LINES@
  }
}
)";

constexpr const char* kNginxStreamFrame = R"(load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off;
master_process off;
pid @ROOT@/nginx.pid;
error_log @ROOT@/proxy.log notice;
events { worker_connections 256; }
@LINES@
)";

constexpr const char* kHaproxyFrame = R"(defaults
  timeout connect 5s
  timeout client 60s
  timeout server 60s
@LINES@
)";

// `text` with the one `from` in it replaced: a documented line that the frame no longer fits must be noticed.
std::string replace_one(const std::string& text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos || text.find(from, at + 1) != std::string::npos)
    throw std::runtime_error("not exactly one '" + from + "' in:\n" + text);
  return replace_all(text, from, to);
}

} // namespace

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
  const auto text = read_file(std::filesystem::path(RTMPT_DOCS_FOLDER) / file);
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
  const auto file = dir_.path() / "proxy.conf";
  const auto log = dir_.path() / "proxy.log";
  const bool is_nginx = kind == FrontProxyKind::nginx || kind == FrontProxyKind::nginx_stream;
  write_file(file, config(httpd_port));
  std::vector<std::string> arguments{"/usr/sbin/haproxy", "-db", "-f", file.string()};
  if (is_nginx) arguments = {"/usr/sbin/nginx", "-p", dir_.path().string(), "-c", file.string(), "-e", log.string()};
  process_.emplace(Command{arguments, log, log, dir_.path()});
  if (!happens([this] { return accepts(port_); }))
    throw TimedOut("the front proxy does not accept connections:\n" + tail_of(log));
}

std::string FrontProxy::nginx_config(std::uint16_t httpd_port) const {
  auto lines = documented_lines("client-address.md", "nginx");
  lines = replace_one(lines, "http://127.0.0.1:8080;", "http://127.0.0.1:" + std::to_string(httpd_port) + ";");
  auto config = replace_all(kNginxFrame, "@LINES@", lines);
  config = replace_all(config, "@ROOT@", dir_.path().string());
  return replace_all(config, "@PORT@", std::to_string(port_));
}

std::string FrontProxy::haproxy_config(std::uint16_t httpd_port) const {
  auto lines = documented_lines("client-address.md", "haproxy");
  lines = replace_one(lines, "bind :80\n", "bind 127.0.0.1:" + std::to_string(port_) + "\n");
  lines = replace_one(lines, "127.0.0.1:8080", "127.0.0.1:" + std::to_string(httpd_port));
  return replace_all(kHaproxyFrame, "@LINES@", lines);
}

std::string FrontProxy::nginx_stream_config(std::uint16_t httpd_port) const {
  auto lines = documented_lines("client-address.md", "nginx", 1);
  lines = replace_one(lines, "listen 80;", "listen 127.0.0.1:" + std::to_string(port_) + ";");
  lines = replace_one(lines, "127.0.0.1:8080;",
                      "127.0.0.1:" + std::to_string(httpd_port) + "; proxy_bind " + kTcpProxyAddress + ";");
  return replace_all(replace_all(kNginxStreamFrame, "@LINES@", lines), "@ROOT@", dir_.path().string());
}

std::string FrontProxy::haproxy_tcp_config(std::uint16_t httpd_port) const {
  auto lines = documented_lines("client-address.md", "haproxy", 1);
  lines = replace_one(lines, "bind :80\n", "bind 127.0.0.1:" + std::to_string(port_) + "\n");
  lines = replace_one(lines, "127.0.0.1:8080",
                      "127.0.0.1:" + std::to_string(httpd_port) + " source " + kTcpProxyAddress + " inter 200ms");
  if (kind_ == FrontProxyKind::haproxy_v1) lines = replace_one(lines, "send-proxy-v2", "send-proxy");
  return replace_all(kHaproxyFrame, "@LINES@", lines);
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
