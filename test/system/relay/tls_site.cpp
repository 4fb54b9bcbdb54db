// SPDX-License-Identifier: Apache-2.0
#include "tls_site.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace rtmpt_proxy::test {

namespace {

std::string tls_host(const std::string& names, const std::string& site) {
  return "<VirtualHost *:@TLS_PORT@>\n  " + names +
         "\n  SSLEngine on\n  SSLCertificateFile @ROOT@/certificate.pem\n  SSLCertificateKeyFile @ROOT@/key.pem\n" +
         site + "\n</VirtualHost>\n";
}

std::string word_for(RelayedBy by) {
  switch (by) {
  case RelayedBy::gateway: return "PIPE\n";
  case RelayedBy::another_gateway: return "ELSE\n";
  case RelayedBy::another_process: return "FORK\n";
  }
  return {};
}

} // namespace

HttpdOptions tls_options(const std::string& mpm, const std::string& global, const std::string& site) {
  HttpdOptions options;
  options.mpm = mpm;
  options.site = "RTMPTProxyPass rtmp://127.0.0.1:19350\n" + site;
  // The one certificate is for localhost, of which mod_ssl warns.
  options.global = "LogLevel ssl:error\nRTMPTTerminateTLS gateway\nRTMPTAcceptRTMP Off\n" + global;
  options.more_hosts = tls_host("ServerName other.example\n  ServerAlias *.wild.example", options.site) +
                       tls_host("ServerName refused.example", options.site) +
                       tls_host("ServerName kept.example", options.site + "RTMPTTerminateTLS httpd\n");
  return options;
}

TlsSite::TlsSite(HttpdOptions options) : AskSite(std::move(options)) {
  send({}); // it answers behind its settings, and the servers come before these
}

std::string hello_of(const HelloOptions& options) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (options.most_version != 0) SSL_CTX_set_max_proto_version(context.get(), options.most_version);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
  if (!options.name.empty()) SSL_set_tlsext_host_name(ssl.get(), options.name.c_str());
  const std::string list = static_cast<char>(options.protocols.size()) + options.protocols;
  if (!options.protocols.empty())
    SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(list.data()),
                        static_cast<unsigned>(list.size()));
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_connect(ssl.get()); // wants the answer
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(SSL_get_wbio(ssl.get()), &bytes);
  if (size <= 0) throw std::runtime_error("OpenSSL makes no hello");
  return {bytes, static_cast<std::size_t>(size)};
}

protocol::AskPreamble relay_preamble(AskSite& site) {
  protocol::AskPreamble about = site.preamble();
  about.kind = protocol::AskKind::relay;
  about.over_tls = true;
  about.client.destination.port = site.httpd().tls().port;
  return about;
}

local::Descriptor pipe_to(AskSite& site, std::string_view first, RelayedBy by) {
  const std::string path = (site.httpd().root() / "control.sock").string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  local::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::system_error(errno, std::generic_category(), "the asking gateway");
  const std::string bytes = word_for(by) + std::string(first);
  if (::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
    throw std::system_error(errno, std::generic_category(), "an order for the asking gateway");
  local::make_non_blocking(socket.get());
  return socket;
}

std::unique_ptr<ByteStream> relay(AskSite& site, const protocol::AskPreamble& about, RelayedBy by) {
  return make_tls_stream(pipe_to(site, protocol::encode(about), by), Deadline{}, about.tls_server_name);
}

std::string read_bytes(ByteStream& stream, std::size_t count) {
  std::string bytes;
  while (bytes.size() < count) {
    const std::string piece = stream.read_some(Deadline{});
    if (piece.empty()) break;
    bytes += piece;
  }
  return bytes;
}

bool ends(ByteStream& stream) {
  try {
    return stream.read_some(Deadline{}).empty();
  } catch (const TimedOut&) {
    return false;
  } catch (const std::runtime_error&) {
    return true; // TLS or TCP was not closed in its own way
  }
}

} // namespace rtmpt_proxy::test
