// SPDX-License-Identifier: Apache-2.0
#include "module/keeper/backend_trust.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/named_backends.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"

#include <rtmpt_proxy/policy/routing/backend_tls.hpp>
#include <rtmpt_proxy/policy/text/pem_text.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

// A file may have more than its certificates: what OpenSSL says of each in words, for instance.
constexpr apr_off_t kMostFileBytes = 16 << 20;

constexpr std::string_view kTrustFileDirective = "SSLProxyCACertificateFile";

std::string value_of(const ConfigurationLine& line, apr_pool_t* pool) {
  const char* arguments = line.arguments();
  const char* const value = ap_getword_conf(pool, &arguments);
  if (!line.is(kTrustFileDirective)) return value;
  const char* const path = ap_server_root_relative(pool, value);
  return path ? path : value; // what is no path cannot be opened, and that is reported
}

struct ReadText {
  std::string text;
  std::string why; // it could not be read; empty when it could
  apr_status_t status = APR_SUCCESS;
};

ReadText read_whole(const std::string& path, apr_pool_t* pool) {
  ReadText result;
  apr_file_t* file = nullptr;
  result.status = apr_file_open(&file, path.c_str(), APR_READ | APR_BINARY, APR_OS_DEFAULT, pool);
  apr_finfo_t facts{};
  if (result.status == APR_SUCCESS) result.status = apr_file_info_get(&facts, APR_FINFO_SIZE | APR_FINFO_TYPE, file);
  if (result.status != APR_SUCCESS) {
    result.why = "cannot be read";
  } else if (facts.filetype != APR_REG || facts.size > kMostFileBytes) {
    result.why = "is no file of certificates";
  } else {
    result.text.resize(static_cast<std::size_t>(facts.size));
    apr_size_t count = 0;
    result.status = apr_file_read_full(file, result.text.data(), result.text.size(), &count);
    result.text.resize(count);
    if (result.status == APR_EOF) result.status = APR_SUCCESS; // it has become shorter meanwhile
    if (result.status != APR_SUCCESS) result.why = "cannot be read";
  }
  if (file) apr_file_close(file);
  return result;
}

class TrustReader {
 public:
  TrustReader(apr_pool_t* pool, const server_rec* main_server) : pool_(pool), main_server_(main_server) {}

  void add(server_rec* server) {
    const TlsOfBackends tls = lines_.of(server, main_server_, pool_);
    const std::string& path = tls.terms.trust_file;
    const auto is_it = [&path](const auto& file) { return file == path; };
    if (path.empty() || std::any_of(seen_.begin(), seen_.end(), is_it)) return;
    ReadText read = read_whole(path, pool_);
    std::string certificates = policy::certificates_of(read.text);
    if (read.why.empty() && certificates.empty()) read.why = "has no certificate in PEM";
    if (read.why.empty() && !has_room_for(path, certificates)) read.why = "is too much together with the files before";
    const bool good = read.why.empty();
    // Who has no such server yet does not need it yet; another virtual host may.
    if (!good && !names_rtmps_backend(pool_, server)) return;
    seen_.push_back(path);
    if (!good)
      found_.unusable.push_back({server, *tls.trust_file_line, path, std::move(read.why), read.status});
    else
      found_.files.push_back({path, std::move(certificates)});
  }

  TrustFiles take() { return std::move(found_); }

 private:
  bool has_room_for(const std::string& path, const std::string& certificates) const {
    std::size_t bytes = certificates.size();
    for (const protocol::TrustFile& file : found_.files)
      bytes += file.certificates.size();
    return found_.files.size() < protocol::kMaxTrustFiles && bytes <= protocol::kMaxTrustBytes &&
           path.size() <= protocol::kMaxTrustNameBytes;
  }

  apr_pool_t* pool_;
  const server_rec* main_server_;
  const BackendTlsLines lines_;
  TrustFiles found_;
  std::vector<std::string> seen_;
};

// configtest has reported the files that cannot be used, and so has the start.
int note_trust(apr_pool_t*, apr_pool_t*, apr_pool_t* scratch, server_rec* main_server) {
  const BackendTlsLines lines;
  for (server_rec* server = main_server; server; server = server->next)
    server_config(server).backend_tls = lines.of(server, main_server, scratch).terms;
  server_config(main_server).trust_files = read_trust_files(scratch, main_server).files;
  return OK;
}

} // namespace

BackendTlsLines::BackendTlsLines() : lines_(find_lines(policy::settings_of_backend_tls())) {
  std::erase_if(lines_, [](const ConfigurationLine& line) { return !line.is_of_whole_server(); });
}

TlsOfBackends BackendTlsLines::of(const server_rec* server, const server_rec* main_server, apr_pool_t* pool) const {
  TlsOfBackends found;
  std::vector<policy::TlsSetting> inherited;
  std::vector<policy::TlsSetting> own;
  const auto take_lines_of = [&](const server_rec* place, std::vector<policy::TlsSetting>& settings) {
    for (const ConfigurationLine& line : lines_) {
      if (!stands_in(line, place)) continue;
      settings.push_back({std::string(line.name()), value_of(line, pool)});
      if (line.is(kTrustFileDirective)) found.trust_file_line = line;
    }
  };
  take_lines_of(main_server, inherited);
  if (server != main_server) take_lines_of(server, own);
  found.terms = policy::backend_tls(inherited, own);
  return found;
}

TrustFiles read_trust_files(apr_pool_t* pool, server_rec* main_server) {
  TrustReader reader(pool, main_server);
  for (server_rec* server = main_server; server; server = server->next)
    if (has_pass(server)) reader.add(server);
  return reader.take();
}

bool names_rtmps_backend(apr_pool_t* pool, const server_rec* server) {
  const std::vector<policy::BackendUrl> backends = named_backends(pool, server);
  return std::any_of(backends.begin(), backends.end(),
                     [](const policy::BackendUrl& backend) { return backend.scheme == policy::BackendScheme::rtmps; });
}

void register_backend_trust_hooks(apr_pool_t*) {
  // After each virtual host has a configuration of its own, before the gateway is told.
  ap_hook_post_config(guarded<note_trust, OK>, nullptr, nullptr, APR_HOOK_FIRST);
}

} // namespace rtmpt_proxy::apache
