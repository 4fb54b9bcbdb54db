// SPDX-License-Identifier: Apache-2.0
#include "support/peers/front_nginx.hpp"

#include "support/os/free_port.hpp"
#include "support/os/text_file.hpp"

namespace rtmpt_proxy::test {

namespace {

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
  program_.start(FrontProgram::Kind::nginx, nginx_http_top() + servers + "}\n", ports_);
}

} // namespace rtmpt_proxy::test
