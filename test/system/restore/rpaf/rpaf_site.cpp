// SPDX-License-Identifier: Apache-2.0
#include "restore/rpaf/rpaf_site.hpp"

#include "support/os/free_port.hpp"
#include "support/os/text_file.hpp"

#include <map>

namespace rtmpt_proxy::test {

namespace {

// Of each virtual host: its name and its own directives.
const std::vector<std::pair<std::string, std::string>> kHosts = {
    {"plain", ""},
    {"realip", "RPAFheader X-Real-IP"},
    {"rfc7239", "RPAF_Header Forwarded"},
    {"off", "RPAFenable Off\nRPAFsethostname On\nRPAF_SetHTTPS On\nRPAF_SetPort On"},
    {"narrow", "RPAFproxy_ips 127.0.0.9"},
    {"guarded", "RPAF_ForbidIfNotProxy On"},
    {"fortress", "RPAFproxy_ips 127.0.0.9\nRPAF_ForbidIfNotProxy On"},
    {"hosts", "RPAFsethostname On"},
    {"full", "RPAF_SetHostName On\nRPAF_SetHTTPS On\nRPAF_SetPort On"},
    {"clean", "RPAF_SetHostName On\nRPAF_SetHTTPS On\nRPAF_SetPort On\nRPAF_CleanHeaders On"},
    {"site", "ServerAlias 2001:db8::80 192.0.2.80"},
};

constexpr const char* kInherited = R"(RPAFenable On
RPAFproxy_ips 127.0.0.1 127.0.0.2/32
RPAF_ProxyIPs ::1 10.0.0.0/255.0.0.0 2001:db8:10::/48
)";

constexpr const char* kGlobal = R"(
MaxKeepAliveRequests 0
Listen [::ffff:127.0.0.1]:@MAPPED_PORT@
LogFormat "%{X-Tag}i %a %h %{c}a %v" addresses
CustomLog @ROOT@/logs/addresses.log addresses
Header always set X-Expr "expr=%{REMOTE_ADDR} %{CONN_REMOTE_ADDR} %{HTTPS} %{REQUEST_SCHEME} %{SERVER_PORT}"
)";

constexpr const char* kFacts = R"(<!--#echo var="REMOTE_ADDR" --> <!--#echo var="SITE" -->)"
                               R"( <!--#echo var="SERVER_NAME" --> <!--#echo var="SERVER_PORT" -->)"
                               R"( <!--#echo var="HTTPS" --> <!--#echo var="REQUEST_SCHEME" -->)";

HttpdOptions site_options(Restorer restorer, std::uint16_t mapped_port) {
  HttpdOptions options;
  options.with_module = restorer == Restorer::ours;
  options.more_modules = {"filter", "include", "buffer"};
  options.global = replace_all(kGlobal, "@MAPPED_PORT@", std::to_string(mapped_port)) + kRestrictedPages;
  if (restorer == Restorer::ours) options.global += kInherited;
  options.site = "SetEnv SITE localhost\n" + directives_for(restorer, kInherited, "RPAF_SetHTTPS On\n");
  for (const auto& [name, own] : kHosts)
    options.more_hosts += "<VirtualHost *:@PORT@ *:" + std::to_string(mapped_port) + ">\nServerName " + name +
                          "\nSetEnv SITE " + name + "\n" + directives_for(restorer, kInherited, own) +
                          "\n</VirtualHost>\n";
  return options;
}

HttpdOptions our_options(const std::string& mpm, const std::vector<std::string>& more_modules,
                         const std::string& directives, std::uint16_t mapped_port) {
  auto options = site_options(Restorer::ours, mapped_port);
  options.mpm = mpm;
  options.more_modules.insert(options.more_modules.end(), more_modules.begin(), more_modules.end());
  options.global += directives;
  return options;
}

HttpdOptions other_options(Restorer restorer, const std::string& load, std::uint16_t mapped_port) {
  auto options = site_options(restorer, mapped_port);
  options.global = load + options.global;
  return options;
}

std::string or_else(const std::string& text, const std::string& other) {
  return text.empty() ? other : text;
}

std::string host_name(const RpafCase& row) {
  return row.host.substr(0, row.host.find(':'));
}

std::string difference_of(const std::string& what, const std::string& got, const std::string& wanted) {
  return got == wanted ? "" : what + ": '" + got + "', expected '" + wanted + "'; ";
}

} // namespace

RpafSite::RpafSite(const std::string& mpm, const std::vector<std::string>& more_modules, const std::string& directives)
    : mapped_port_(free_port()), httpd_(our_options(mpm, more_modules, directives, mapped_port_)) {
  start();
}

RpafSite::RpafSite(Restorer restorer, const std::string& load)
    : mapped_port_(free_port()), httpd_(other_options(restorer, load, mapped_port_)) {
  start();
}

void RpafSite::start() {
  write_file(httpd_.document_root() / "facts.shtml", kFacts);
  write_restricted_pages(httpd_.document_root());
  std::filesystem::create_directory(httpd_.document_root() / "folder");
  httpd_.error_log().allow("AH01630: client denied by server configuration");
  httpd_.start(false); // without a stream to carry no gateway runs
}

bool RpafSite::names_client(const RpafCase& row, const HttpResponse& response) {
  return response.body.starts_with(or_else(row.client, peer_of(row)) + " ");
}

bool RpafSite::may_have(const RpafCase& row, const std::string& path) {
  return may_have_page(or_else(row.client, peer_of(row)), path);
}

Endpoint RpafSite::endpoint(const std::string& from) const {
  auto endpoint = httpd_.plain();
  if (from == "::1") return httpd_.plain_v6();
  if (from == "mapped") {
    endpoint.port = mapped_port_;
  } else {
    endpoint.from_address = from;
  }
  return endpoint;
}

std::string RpafSite::peer_of(const RpafCase& row) {
  return row.from == "mapped" ? "127.0.0.1" : row.from;
}

std::string RpafSite::request(const RpafCase& row, const std::string& path, const std::string& tag) {
  std::string headers = "Host: " + row.host + "\r\nX-Tag: " + tag + "\r\n";
  if (!row.headers.empty()) headers += replace_all(row.headers, "\n", "\r\n") + "\r\n";
  return get(path, headers);
}

std::string RpafSite::complaint(const RpafCase& row, const std::string& path, const HttpResponse& response) {
  const std::string client = or_else(row.client, peer_of(row));
  const bool facts = path == kFactsPath;
  const int status = row.status != 200 || facts || may_have(row, path) ? row.status : 403;
  std::string complaint = difference_of(path, std::to_string(response.status), std::to_string(status));
  if (row.status != 200) return complaint;
  const std::string port = " " + std::to_string(row.port);
  complaint += difference_of("expression", response.header("X-Expr").value_or("none"),
                             client + " " + peer_of(row) + (row.https ? " on https" : " off http") + port);
  if (facts)
    complaint +=
        difference_of("environment", response.body,
                      client + " " + or_else(row.site, host_name(row)) + " " + or_else(row.name, host_name(row)) +
                          port + (row.https ? " on https" : " (none) http"));
  return complaint;
}

std::string RpafSite::log_complaint(const RpafCase& row, const std::string& tag) const {
  std::string found;
  eventually("the request " + tag + " is in the access log", [&] {
    for (const auto& line : lines_of(read_file(httpd_.root() / "logs/addresses.log")))
      if (line.starts_with(tag + " ")) found = line;
    return !found.empty();
  });
  const std::string client = row.status == 403 ? peer_of(row) : or_else(row.client, peer_of(row));
  return difference_of(
      "log", found, tag + " " + client + " " + client + " " + peer_of(row) + " " + or_else(row.site, host_name(row)));
}

} // namespace rtmpt_proxy::test
