// SPDX-License-Identifier: Apache-2.0
#include "support/peers/nginx_rtmp.hpp"

#include "support/clients/http_connection.hpp"
#include "support/os/built.hpp"
#include "support/os/free_port.hpp"
#include "support/os/text_file.hpp"

#include <regex>

namespace rtmpt_proxy::test {

namespace {

constexpr const char* kConfig = R"(load_module @MODULE@;
daemon off;
master_process off;
pid @ROOT@/nginx.pid;
error_log @ROOT@/error.log notice;
worker_rlimit_nofile 8192;
events { worker_connections 4096; }
rtmp {
  access_log @ROOT@/access.log;
  server {
    listen 127.0.0.1:@PORT@ @LISTEN@;
    listen 127.0.0.1:@DIRECT_PORT@;
    @SERVER@
    application live { live on; record off; @APPLICATION@ }
  }
}
http {
  access_log off;
  client_body_temp_path @ROOT@/t1; proxy_temp_path @ROOT@/t2; fastcgi_temp_path @ROOT@/t3;
  uwsgi_temp_path @ROOT@/t4; scgi_temp_path @ROOT@/t5;
  server {
    listen 127.0.0.1:@STATISTICS_PORT@;
    location / { rtmp_stat all; }
  }
}
)";

std::uint64_t number_in(const std::string& text, const std::string& element) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex("<" + element + ">([0-9]+)</" + element + ">"))) return 0;
  return std::stoull(match[1]);
}

} // namespace

NginxRtmp::NginxRtmp(const NginxRtmpOptions& options)
    : port_(free_port()), direct_port_(free_port()), statistics_port_(free_port()) {
  auto config = replace_all(kConfig, "@MODULE@", built::nginx_rtmp_module());
  config = replace_all(config, "@ROOT@", dir_.path().string());
  config = replace_all(config, "@PORT@", std::to_string(port_));
  config = replace_all(config, "@LISTEN@", options.listen);
  config = replace_all(config, "@APPLICATION@", options.application);
  config = replace_all(config, "@SERVER@", options.server);
  config = replace_all(config, "@DIRECT_PORT@", std::to_string(direct_port_));
  config = replace_all(config, "@STATISTICS_PORT@", std::to_string(statistics_port_));
  write_file(dir_.path() / "nginx.conf", config);
  start();
}

void NginxRtmp::restart() {
  process_.reset();
  start();
}

void NginxRtmp::start() {
  const auto log = dir_.path() / "error.log";
  process_.emplace(Command{
      {"/usr/sbin/nginx", "-p", dir_.path().string(), "-c", (dir_.path() / "nginx.conf").string(), "-e", log.string()},
      log,
      log,
      dir_.path()});
  const auto up = [this] { return accepts(port_) && accepts(direct_port_) && accepts(statistics_port_); };
  if (!happens(up)) throw TimedOut("nginx does not accept connections:\n" + tail_of(log));
}

std::string NginxRtmp::access_log() const {
  return read_file(dir_.path() / "access.log");
}

std::string NginxRtmp::error_log() const {
  return read_file(dir_.path() / "error.log");
}

std::optional<StreamStatistics> NginxRtmp::stream(const std::string& name) const {
  const auto xml = fetch({"127.0.0.1", statistics_port_}, "/").body;
  const auto begin = xml.find("<name>" + name + "</name>");
  if (begin == std::string::npos) return std::nullopt;
  const auto text = xml.substr(begin, xml.find("</stream>", begin) - begin);
  StreamStatistics statistics;
  statistics.publishing = text.find("<publishing/>") != std::string::npos;
  statistics.bytes_in = number_in(text, "bytes_in");
  statistics.bytes_out = number_in(text, "bytes_out");
  statistics.clients = static_cast<int>(number_in(text, "nclients"));
  return statistics;
}

void NginxRtmp::wait_for_stream(const std::string& name, Deadline deadline) const {
  eventually(
      "stream '" + name + "' is published to nginx with media in it",
      [&] {
        const auto statistics = stream(name);
        return statistics && statistics->publishing && statistics->bytes_in > 4000;
      },
      deadline);
}

} // namespace rtmpt_proxy::test
