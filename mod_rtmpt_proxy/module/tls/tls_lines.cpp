// SPDX-License-Identifier: Apache-2.0
#include "module/tls/tls_lines.hpp"

#include <rtmpt_proxy/policy/settings/tls_command.hpp>
#include <rtmpt_proxy/protocol/text/wipe.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

// More than certificates and parameters take; a longer file is read as far as this.
constexpr std::size_t kMostCertificateFileBytes = 1 << 20;

// mod_ssl takes a curve from the file of the first certificate, and nobody can read it from mod_ssl again.
constexpr std::string_view kCurveInFile = "-----BEGIN EC PARAMETERS-----";

std::string first_word(const ConfigurationLine& line, apr_pool_t* pool) {
  const char* arguments = line.arguments();
  return ap_getword_conf(pool, &arguments);
}

bool is_word(const std::string& word, const char* expected) {
  return ap_cstr_casecmp(word.c_str(), expected) == 0;
}

// The obstacle, when the line is there and `stands_in_the_way` says so of its first word.
template <class Condition>
std::string obstacle_of(const ConfigurationLine* line, apr_pool_t* pool, const char* why, Condition stands_in_the_way) {
  if (!line) return {};
  const std::string word = first_word(*line, pool);
  if (!stands_in_the_way(word)) return {};
  return place_of(*line) + ": " + line->directive->directive + " " + word.substr(0, 100) + ": " + why;
}

std::string text_of_file(const std::string& path, apr_pool_t* pool) {
  std::string text;
  const char* const full = ap_server_root_relative(pool, path.c_str());
  apr_file_t* file = nullptr;
  if (!full || apr_file_open(&file, full, APR_READ | APR_BINARY, APR_OS_DEFAULT, pool) != APR_SUCCESS) return text;
  apr_finfo_t facts{};
  if (apr_file_info_get(&facts, APR_FINFO_SIZE | APR_FINFO_TYPE, file) == APR_SUCCESS && facts.filetype == APR_REG) {
    text.resize(std::min(static_cast<std::size_t>(facts.size), kMostCertificateFileBytes));
    apr_size_t count = 0;
    apr_file_read_full(file, text.data(), text.size(), &count);
    text.resize(count);
  }
  apr_file_close(file);
  return text;
}

// A key may stand in the same file.
bool names_a_curve(const std::string& path, apr_pool_t* pool) {
  std::string text = text_of_file(path, pool);
  const bool found = text.find(kCurveInFile) != std::string::npos;
  protocol::wipe(text);
  return found;
}

} // namespace

TlsLineReader::TlsLineReader()
    : engines_{"SSLEngine"},
      verifications_{"SSLVerifyClient"},
      passwords_{"SSLSRPVerifierFile"},
      certificates_{"SSLCertificateFile"},
      protocols_{"SSLProtocol"},
      commands_{"SSLOpenSSLConfCmd"},
      ticket_keys_{"SSLSessionTicketKeyFile"} {}

// mod_ssl takes the first file of the virtual host, else the first one of the main server.
std::string TlsLineReader::curve_obstacle(const server_rec* server, apr_pool_t* pool) const {
  const ConfigurationLine* const first = certificates_.first(server);
  if (!first || !names_a_curve(first_word(*first, pool), pool)) return {};
  return place_of(*first) + ": the file has EC PARAMETERS, and the gateway cannot be told this curve: expected"
                            " SSLOpenSSLConfCmd Groups in its place";
}

std::string TlsLineReader::obstacle(const server_rec* server, apr_pool_t* pool) const {
  std::string found = obstacle_of(engines_.in_force(server), pool, "a connection begins without TLS there",
                                  [](const std::string& word) { return is_word(word, "optional"); });
  if (found.empty())
    found = obstacle_of(verifications_.in_force(server), pool, "the gateway asks no client for a certificate",
                        [](const std::string& word) { return !is_word(word, "none") && !is_word(word, "off"); });
  if (found.empty())
    found = obstacle_of(passwords_.in_force(server), pool, "the gateway knows no passwords (SRP)",
                        [](const std::string&) { return true; });
  return found.empty() ? curve_obstacle(server, pool) : found;
}

void TlsLineReader::add_commands(TlsLines& found, const server_rec* place, apr_pool_t* pool) const {
  for (const ConfigurationLine* const line : commands_.of(place)) {
    const char* arguments = line->arguments();
    protocol::TlsCommand command;
    command.name = ap_getword_conf(pool, &arguments);
    command.value = ap_getword_conf(pool, &arguments);
    const policy::TlsCommandUse use = policy::use_of_tls_command(command.name);
    if (use == policy::TlsCommandUse::impossible && found.obstacle.empty())
      found.obstacle = place_of(*line) + ": SSLOpenSSLConfCmd " + command.name.substr(0, 100) +
                       ": the gateway cannot be given the same";
    if (use == policy::TlsCommandUse::repeated) found.commands.push_back(std::move(command));
  }
}

// mod_ssl applies the main server's lines first, then those of the virtual host.
TlsLines TlsLineReader::of(const server_rec* server, apr_pool_t* pool) const {
  TlsLines found;
  found.obstacle = obstacle(server, pool);
  if (server->is_virtual) add_commands(found, ap_server_conf, pool);
  add_commands(found, server, pool);
  return found;
}

bool TlsLineReader::is_without_tls(const server_rec* server) const {
  if (const ConfigurationLine* const line = engines_.in_force(server))
    return ap_cstr_casecmp(line->arguments(), "off") == 0;
  const char* const protocol = ap_get_server_protocol(const_cast<server_rec*>(server));
  return !protocol || std::string_view(protocol) != "https";
}

} // namespace rtmpt_proxy::apache
