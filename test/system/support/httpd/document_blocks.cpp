// SPDX-License-Identifier: Apache-2.0
#include "support/httpd/document_blocks.hpp"

#include "support/httpd/apxs.hpp"
#include "support/httpd/certificate.hpp"
#include "support/os/built.hpp"
#include "support/os/free_port.hpp"
#include "support/os/temp_dir.hpp"
#include "support/os/text_file.hpp"

#include <algorithm>
#include <map>
#include <regex>
#include <stdexcept>

namespace rtmpt_proxy::test {

namespace fs = std::filesystem;

namespace {

// What an administrator of Debian has around the block: the modules that it needs, and the lines of apache2.conf.
constexpr const char* kApacheModules[] = {
    "mpm_event",   "authn_core", "auth_basic",  "auth_digest",    "authn_file",
    "authz_core",  "authz_host", "authz_user",  "alias",          "dir",
    "mime",        "env",        "headers",     "setenvif",       "rewrite",
    "reqtimeout",  "status",     "ssl",         "socache_shmcb",  "http2",
    "proxy",       "proxy_http", "slotmem_shm", "proxy_balancer", "lbmethod_byrequests",
    "proxy_hcheck"};

constexpr const char* kApacheFrame = R"(ServerName localhost
User www-data
Group www-data
PidFile @ROOT@/httpd.pid
DefaultRuntimeDir @ROOT@
ErrorLog @ROOT@/error.log
Define APACHE_LOG_DIR @ROOT@
TypesConfig /dev/null
LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"" vhost_combined
LogFormat "%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"" combined
LogFormat "%h %l %u %t \"%r\" %>s %O" common
)";

constexpr const char* kNginxFrame = R"(pid @ROOT@/nginx.pid;
error_log @ROOT@/nginx.log;
events { }
)";

constexpr const char* kNginxHttp = R"(http {
  access_log off;
  client_body_temp_path @ROOT@/t1; proxy_temp_path @ROOT@/t2; fastcgi_temp_path @ROOT@/t3;
  uwsgi_temp_path @ROOT@/t4; scgi_temp_path @ROOT@/t5;
  server { listen 127.0.0.1:@PORT@;
@LINES@
  }
}
)";

constexpr const char* kHaproxyFrame = "defaults\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Whether a line of `text`, which is no comment, begins with these words.
bool has_line(const std::string& text, const std::string& words) {
  return std::regex_search("\n" + text, std::regex("\n *" + words + "\\b"));
}

std::string within(const DocumentBlock& block, const std::string& lines) {
  if (block.within.empty()) return lines;
  const auto name_end = block.within.find_first_of(" >");
  return block.within + "\n" + lines + "</" + block.within.substr(1, name_end - 1) + ">\n";
}

// The block's own LoadModule lines are carried out, with the module that was built. A block about streams that does not
// say where they go has somewhere.
std::string apache_config(const DocumentBlock& block, const fs::path& root) {
  const auto folder = apxs_query("LIBEXECDIR");
  std::string text = "ServerRoot " + root.string() + "\n";
  // Those that need mod_proxy come with it, or not at all: nothing can stand in front of the block's own LoadModule.
  const bool own_proxy = has_line(block.text, "LoadModule proxy_module");
  for (const std::string name : kApacheModules)
    if (!own_proxy || (!name.starts_with("proxy") && !name.starts_with("lbmethod")))
      text += "LoadModule " + name + "_module " + folder + "/mod_" + name + ".so\n";
  if (!has_line(block.text, "LoadModule rtmpt_proxy_module"))
    text += "LoadModule rtmpt_proxy_module " + built::module_file() + "\n";
  text += kApacheFrame;
  std::string lines = replace_all(block.text, "/usr/lib/apache2/modules/mod_rtmpt_proxy.so", built::module_file());
  lines = replace_all(lines, "/var/www/html", "@ROOT@/html");
  lines = replace_all(lines, "/usr/local/libexec/rtmpt-gateway", "@ROOT@/rtmpt-gateway");
  lines = std::regex_replace(lines, std::regex("/etc/[^ \\n]*\\.(key)\\b"), "@ROOT@/key.pem");
  lines = std::regex_replace(lines, std::regex("/etc/[^ \\n]*\\.(pem|crt)\\b"), "@ROOT@/certificate.pem");
  lines = replace_all(lines, "/etc/apache2/stream-keys", "@ROOT@/stream-keys");
  text += within(block, lines);
  if (!has_line(block.text, "Listen")) text += "Listen 127.0.0.1:80\n";
  // Last: the block may be the one that loads the module.
  text += "<IfModule !rtmpt_proxy_module>\nA block that does not load the module that it is about\n</IfModule>\n";
  if (!has_line(block.text, "RTMPTGateway")) text += "RTMPTGateway @ROOT@/rtmpt-gateway\n";
  if (!has_line(block.text, "(RTMPT)?ProxyPass(Match)?")) text += "RTMPTProxyPass rtmp://127.0.0.1\n";
  return replace_all(text, "@ROOT@", root.string());
}

CommandResult check_apache(const DocumentBlock& block, const fs::path& root) {
  fs::create_directory(root / "html");
  fs::copy_file(built::gateway_file(), root / "rtmpt-gateway");
  write_certificate(root);
  write_file(root / "stream-keys", "a " + std::string(64, '5') + "\n");
  fs::permissions(root / "stream-keys", fs::perms(0600));
  write_file(root / "httpd.conf", apache_config(block, root));
  auto result = run_command({httpd_program().string(), "-t", "-f", (root / "httpd.conf").string()});
  for (const auto& line : lines_of(result.output)) // what it only notices may stay, a warning not
    // RTMPT509 is about clients whom the block's own text names, and RTMPT562 about encoders on other machines, which a
    // block about something else need not let in.
    if (line != "Syntax OK" && !has(line, ":notice]") && !has(line, "RTMPT509") && !has(line, "RTMPT562"))
      result.exit_code = std::max(result.exit_code, 1);
  return result;
}

// A block of nginx says by its first word where it belongs. `nginx -t` binds its ports: they become free ones.
CommandResult check_nginx(const DocumentBlock& block, const fs::path& root) {
  std::string text;
  if (has(block.text, "stream {")) text += "load_module /usr/lib/nginx/modules/ngx_stream_module.so;\n";
  if (has(block.text, "rtmp {")) text += std::string("load_module ") + built::nginx_rtmp_module() + ";\n";
  text += kNginxFrame;
  const auto lines = std::regex_replace(block.text, std::regex("listen ([0-9.]+:)?[0-9]+"), "listen 127.0.0.1:@PORT@");
  const bool in_server = block.text.starts_with("location ") || block.text.starts_with("proxy_");
  text += in_server ? replace_all(kNginxHttp, "@LINES@", lines) : lines;
  text = replace_all(replace_all(text, "@ROOT@", root.string()), "@PORT@", std::to_string(free_port()));
  write_file(root / "nginx.conf", text);
  return run_command({"nginx", "-t", "-p", root.string(), "-c", (root / "nginx.conf").string()});
}

CommandResult check_haproxy(const DocumentBlock& block, const fs::path& root) {
  write_file(root / "haproxy.cfg", kHaproxyFrame + block.text);
  return run_command({"haproxy", "-c", "-f", (root / "haproxy.cfg").string()});
}

CommandResult check_logrotate(const DocumentBlock& block, const fs::path& root) {
  write_file(root / "logrotate.conf", block.text);
  auto result = run_command({"logrotate", "-d", "-s", (root / "state").string(), (root / "logrotate.conf").string()});
  if (has(result.output, "error:")) result.exit_code = 1;
  return result;
}

CommandResult check_rsyslog(const DocumentBlock& block, const fs::path& root) {
  write_file(root / "rsyslog.conf", block.text);
  return run_command({"rsyslogd", "-N1", "-f", (root / "rsyslog.conf").string()});
}

CommandResult check_prometheus(const DocumentBlock& block, const fs::path& root) {
  write_file(root / "prometheus.yml", block.text);
  return run_command({"promtool", "check", "config", (root / "prometheus.yml").string()});
}

// fail2ban with its own files, this project's filter, and the block as its only jail.
CommandResult check_fail2ban(const DocumentBlock& block, const fs::path& root) {
  const auto folder = root / "fail2ban";
  fs::copy("/etc/fail2ban", folder, fs::copy_options::recursive);
  fs::remove_all(folder / "jail.d");
  fs::create_directory(folder / "jail.d");
  fs::copy_file(fs::path(built::docs_folder()).parent_path() / "conf.d/fail2ban/rtmpt.conf",
                folder / "filter.d/rtmpt.conf");
  write_file(root / "error.log", "");
  write_file(folder / "jail.d/block.conf",
             replace_all(block.text, "/var/log/apache2/error.log", (root / "error.log").string()));
  return run_command({"fail2ban-client", "-c", folder.string(), "-t"});
}

using Check = CommandResult (*)(const DocumentBlock& block, const fs::path& root);

const std::map<std::string, Check>& checks() {
  static const std::map<std::string, Check> all{{"apache", check_apache},   {"nginx", check_nginx},
                                                {"haproxy", check_haproxy}, {"logrotate", check_logrotate},
                                                {"rsyslog", check_rsyslog}, {"yaml", check_prometheus},
                                                {"ini", check_fail2ban}};
  return all;
}

} // namespace

std::vector<DocumentBlock> blocks_of(const fs::path& file) {
  const std::string mark = "<!-- within ";
  std::vector<DocumentBlock> found;
  std::string before;
  bool inside = false;
  std::size_t number = 0;
  for (const auto& line : lines_of(read_file(file))) {
    ++number;
    const auto text = line.substr(std::min(line.find_first_not_of(' '), line.size()));
    if (!text.starts_with("```")) {
      if (inside) found.back().text += line + "\n";
      if (!line.empty()) before = line;
      continue;
    }
    inside = !inside;
    if (!inside) continue;
    DocumentBlock block{file, number, text.substr(3), "", ""};
    if (before.starts_with(mark)) block.within = before.substr(mark.size(), before.rfind(" -->") - mark.size());
    found.push_back(std::move(block));
    before.clear();
  }
  if (inside) throw std::runtime_error("a block without an end in " + file.string());
  return found;
}

std::string text_of_block(const std::string& document, const std::string& language, const std::string& words) {
  for (const auto& block : blocks_of(fs::path(built::docs_folder()) / document))
    if (block.language == language && block.text.find(words) != std::string::npos) return block.text;
  throw std::runtime_error("no block of '" + language + "' with '" + words + "' in docs/" + document);
}

std::vector<fs::path> documents() {
  const fs::path folder = built::docs_folder();
  const fs::path project = folder.parent_path();
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(project))
    if (entry.path().extension() == ".md") found.push_back(entry.path());
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".md") found.push_back(entry.path());
  std::sort(found.begin(), found.end()); // so that a run is like the one before
  return found;
}

bool is_checked(const std::string& language) {
  return checks().contains(language);
}

CommandResult check_block(const DocumentBlock& block) {
  const TempDir folder;
  return checks().at(block.language)(block, folder.path());
}

} // namespace rtmpt_proxy::test
