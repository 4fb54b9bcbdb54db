// SPDX-License-Identifier: Apache-2.0
#include "support/peers/tls_front.hpp"

#include "support/httpd/certificate.hpp"
#include "support/os/free_port.hpp"
#include "support/os/text_file.hpp"

namespace rtmpt_proxy::test {

namespace {

constexpr const char* kTlsServer = R"(stream {
  server {
    listen 127.0.0.1:@PORT@ ssl @ANNOUNCED@;
    ssl_certificate @FOLDER@/certificate.pem;
    ssl_certificate_key @FOLDER@/key.pem;
    @ANNOUNCES@
    proxy_pass 127.0.0.1:@BACKEND@;
  }
}
)";

} // namespace

TlsFront::TlsFront(std::uint16_t backend_port, Announces announces) : port_(free_port()) {
  write_certificate(certificates_.path());
  const bool client = announces == Announces::client;
  auto config = replace_all(kTlsServer, "@PORT@", std::to_string(port_));
  config = replace_all(config, "@FOLDER@", certificates_.path().string());
  config = replace_all(config, "@BACKEND@", std::to_string(backend_port));
  config = replace_all(config, "@ANNOUNCED@", client ? "proxy_protocol" : "");
  config = replace_all(config, "@ANNOUNCES@", client ? "proxy_protocol on;" : "");
  program_.start(FrontProgram::Kind::nginx, nginx_stream_top() + config, {port_});
}

} // namespace rtmpt_proxy::test
