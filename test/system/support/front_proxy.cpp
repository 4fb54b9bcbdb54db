#include "support/front_proxy.hpp"

#include "support/free_port.hpp"
#include "support/text_file.hpp"

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
  return out << (kind == FrontProxyKind::nginx ? "nginx" : "HAProxy");
}

std::string documented_lines(const std::string& file, const std::string& language) {
  const auto text = read_file(std::filesystem::path(RTMPT_DOCS_FOLDER) / file);
  const std::string fence = "\n```" + language + "\n";
  const auto begin = text.find(fence);
  const auto end = text.find("\n```\n", begin + 1);
  if (begin == std::string::npos || end == std::string::npos)
    throw std::runtime_error("no block of '" + language + "' in docs/" + file);
  return text.substr(begin + fence.size(), end + 1 - begin - fence.size());
}

FrontProxy::FrontProxy(FrontProxyKind kind, std::uint16_t httpd_port) : kind_(kind), port_(free_port()) {
  const auto config = dir_.path() / "proxy.conf";
  const auto log = dir_.path() / "proxy.log";
  const bool is_nginx = kind == FrontProxyKind::nginx;
  write_file(config, is_nginx ? nginx_config(httpd_port) : haproxy_config(httpd_port));
  std::vector<std::string> arguments{"/usr/sbin/haproxy", "-db", "-f", config.string()};
  if (is_nginx) arguments = {"/usr/sbin/nginx", "-p", dir_.path().string(), "-c", config.string(), "-e", log.string()};
  process_.emplace(Command{arguments, log, log, dir_.path()});
  const auto accepts = [&] {
    try {
      connect_tcp(endpoint(), Deadline(std::chrono::seconds{1}));
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  };
  if (!happens(accepts)) throw TimedOut("the front proxy does not accept connections:\n" + tail_of(log));
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

std::optional<std::string> FrontProxy::header(const HttpResponse& response, std::string name) const {
  if (kind_ == FrontProxyKind::haproxy)
    for (char& letter : name)
      letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return response.header(name);
}

} // namespace rtmpt_proxy::test
