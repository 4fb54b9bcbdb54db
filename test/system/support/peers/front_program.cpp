// SPDX-License-Identifier: Apache-2.0
#include "support/peers/front_program.hpp"

#include "support/clients/byte_stream.hpp"
#include "support/os/text_file.hpp"

#include <algorithm>
#include <stdexcept>

namespace rtmpt_proxy::test {

namespace {

constexpr const char* kNginxMain = R"(daemon off;
master_process off;
pid @ROOT@/nginx.pid;
error_log @ROOT@/program.log notice;
events { worker_connections 256; }
)";

constexpr const char* kNginxHttp = R"(  access_log off;
  client_body_temp_path @ROOT@/t1; proxy_temp_path @ROOT@/t2; fastcgi_temp_path @ROOT@/t3;
  uwsgi_temp_path @ROOT@/t4; scgi_temp_path @ROOT@/t5;
)";

} // namespace

std::string nginx_http_top() {
  return std::string(kNginxMain) + "http {\n" + kNginxHttp;
}

std::string nginx_stream_top() {
  return std::string("load_module /usr/lib/nginx/modules/ngx_stream_module.so;\n") + kNginxMain;
}

std::string haproxy_top() {
  return "defaults\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n";
}

std::string replace_known(const std::string& text, const std::string& from, const std::string& to) {
  if (text.find(from) == std::string::npos) throw std::runtime_error("no '" + from + "' in:\n" + text);
  return replace_all(text, from, to);
}

void FrontProgram::start(Kind kind, const std::string& config, const std::vector<std::uint16_t>& ports) {
  const auto file = dir_.path() / "program.conf";
  const auto log = dir_.path() / "program.log";
  write_file(file, replace_all(config, "@ROOT@", dir_.path().string()));
  std::vector<std::string> arguments{"/usr/sbin/haproxy", "-db", "-f", file.string()};
  if (kind == Kind::nginx)
    arguments = {"/usr/sbin/nginx", "-p", dir_.path().string(), "-c", file.string(), "-e", log.string()};
  process_.emplace(Command{arguments, log, log, dir_.path()});
  if (!happens([&] { return std::all_of(ports.begin(), ports.end(), accepts); }))
    throw TimedOut(arguments.front() + " does not accept connections:\n" + tail_of(log));
}

} // namespace rtmpt_proxy::test
