// SPDX-License-Identifier: Apache-2.0
#include "support/httpd/httpd_config.hpp"

#include "support/httpd/apxs.hpp"
#include "support/os/built.hpp"
#include "support/os/text_file.hpp"

#include <cstdlib>

#include <unistd.h>

namespace rtmpt_proxy::test {

namespace {

// unixd, log_config, logio, watchdog and version are part of Debian's httpd program.
constexpr const char* kModules[] = {
    "authn_core",     "authz_core",         "authz_host", "alias",       "dir",           "mime",  "env",
    "headers",        "setenvif",           "reqtimeout", "slotmem_shm", "socache_shmcb", "proxy", "proxy_http",
    "proxy_balancer", "lbmethod_byrequests"};

// Several small children, so that the requests of one session meet different ones.
constexpr const char* kThreads = R"(StartServers 2
ServerLimit 8
<IfModule !mpm_prefork_module>
  ThreadsPerChild 16
  ThreadLimit 64
  MaxRequestWorkers 128
  MinSpareThreads 8
  MaxSpareThreads 128
</IfModule>
<IfModule mpm_prefork_module>
  ServerLimit 64
  StartServers 4
  MinSpareServers 4
  MaxSpareServers 8
  MaxRequestWorkers 64
</IfModule>
)";

constexpr const char* kServer = R"(
ServerName localhost
PidFile @ROOT@/logs/httpd.pid
DefaultRuntimeDir @ROOT@/logs
ErrorLog @ROOT@/logs/error.log
LogFormat "%v:%{local}p %r %>s %B" plain
CustomLog @ROOT@/logs/access.log plain
TypesConfig /dev/null
SSLSessionCache shmcb:@ROOT@/logs/ssl_cache(512000)
Listen 127.0.0.1:@PORT@
Listen [::1]:@PORT@
Listen 127.0.0.1:@TLS_PORT@
Listen [::1]:@TLS_PORT@
DocumentRoot @ROOT@/htdocs
<Directory @ROOT@/htdocs>
  Require all granted
</Directory>
)";

std::string load_module(const std::string& directory, const std::string& name) {
  return "LoadModule " + name + "_module " + directory + "/mod_" + name + ".so\n";
}

std::string modules(const HttpdOptions& options) {
  const auto directory = apxs_query("LIBEXECDIR");
  std::string text = load_module(directory, "mpm_" + options.mpm);
  for (const auto* name : kModules)
    text += load_module(directory, name);
  for (const auto& name : options.more_modules)
    text += load_module(directory, name);
  if (!options.ssl_last) text += load_module(directory, "ssl");
  if (options.with_module) text += "LoadModule rtmpt_proxy_module " + built::module_file() + "\n";
  if (options.ssl_last) text += load_module(directory, "ssl");
  return text;
}

std::string virtual_hosts(const HttpdOptions& options) {
  return "<VirtualHost *:@PORT@>\n  ServerName localhost\n" + options.site + options.plain_site +
         "\n</VirtualHost>\n<VirtualHost *:@TLS_PORT@>\n  ServerName localhost\n  SSLEngine on\n"
         "  SSLCertificateFile @ROOT@/certificate.pem\n  SSLCertificateKeyFile @ROOT@/key.pem\n" +
         options.site + options.tls_site + "\n</VirtualHost>\n" + options.more_hosts;
}

} // namespace

std::string httpd_config(const HttpdOptions& options, const HttpdPlaces& places) {
  std::string text = "ServerRoot " + places.root.string() + "\n" + modules(options) + kThreads + kServer;
  if (geteuid() == 0 && options.run_as.empty()) text += "User www-data\nGroup www-data\n";
  if (options.with_module) {
    text += "LogLevel info ssl:warn rtmpt_proxy:debug\nRTMPTGateway " + places.gateway.string() + "\n";
    // So that one machine can run the tests with any number of event loops, all of them used from the first sessions
    // on.
    if (const char* const threads = std::getenv("RTMPT_TEST_GATEWAY_THREADS"))
      text += "RTMPTGatewayThreads " + std::string(threads) + " 1\n";
  } else {
    text += "LogLevel info ssl:warn\n";
  }
  text += options.global + "\n" + virtual_hosts(options);
  text = replace_all(text, "@PORT@", std::to_string(places.port));
  text = replace_all(text, "@TLS_PORT@", std::to_string(places.tls_port));
  return replace_all(text, "@ROOT@", places.root.string());
}

} // namespace rtmpt_proxy::test
