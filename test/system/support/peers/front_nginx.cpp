#include "support/peers/front_nginx.hpp"

#include "support/os/free_port.hpp"
#include "support/os/text_file.hpp"

#include <algorithm>
#include <system_error>

namespace rtmpt_proxy::test {

namespace {

constexpr const char* kConfig = R"(daemon off;
master_process off;
pid @ROOT@/nginx.pid;
error_log @ROOT@/error.log notice;
events { }
http {
  access_log off;
  client_body_temp_path @ROOT@/t1; proxy_temp_path @ROOT@/t2; fastcgi_temp_path @ROOT@/t3;
  uwsgi_temp_path @ROOT@/t4; scgi_temp_path @ROOT@/t5;
@SERVERS@}
)";

constexpr const char* kServer = R"(  server {
    listen 127.0.0.1:@PORT@;
    listen [::1]:@PORT@;
    location / {
      proxy_pass http://@HTTPD@;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For "@FORWARDED_FOR@";
      proxy_request_buffering off;
      proxy_buffering off;
    }
  }
)";

} // namespace

FrontNginx::FrontNginx(const Endpoint& httpd, const std::vector<std::string>& forwarded_for) {
  const bool v6 = httpd.address.find(':') != std::string::npos;
  const auto host = v6 ? "[" + httpd.address + "]" : httpd.address;
  std::string servers;
  for (const auto& value : forwarded_for) {
    ports_.push_back(free_port());
    auto server = replace_all(kServer, "@PORT@", std::to_string(ports_.back()));
    server = replace_all(server, "@HTTPD@", host + ":" + std::to_string(httpd.port));
    servers += replace_all(server, "@FORWARDED_FOR@", value);
  }
  const auto config = replace_all(replace_all(kConfig, "@SERVERS@", servers), "@ROOT@", dir_.path().string());
  write_file(dir_.path() / "nginx.conf", config);
  const auto log = dir_.path() / "error.log";
  process_.emplace(Command{
      {"/usr/sbin/nginx", "-p", dir_.path().string(), "-c", (dir_.path() / "nginx.conf").string(), "-e", log.string()},
      log,
      log,
      dir_.path()});
  const auto up = [this] { return std::all_of(ports_.begin(), ports_.end(), accepts); };
  if (!happens(up)) throw TimedOut("nginx does not accept connections:\n" + tail_of(log));
}

} // namespace rtmpt_proxy::test
