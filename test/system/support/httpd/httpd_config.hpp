// SPDX-License-Identifier: Apache-2.0
// The configuration file of a private httpd.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// What a test says about its httpd. In every text @PORT@, @TLS_PORT@ and @ROOT@ are replaced.
struct HttpdOptions {
  std::string mpm = "event";
  bool with_module = true;               // load mod_rtmpt_proxy.so
  std::string gateway;                   // the program whose copy is this httpd's gateway; empty: the real one
  std::vector<std::string> more_modules; // "deflate": LoadModule deflate_module mod_deflate.so
  bool ssl_last = false;                 // load mod_ssl after the module
  std::string global;                    // directives outside of virtual hosts
  std::string site;                      // directives inside the plain and the TLS virtual host
  std::string plain_site;                // only inside the plain one
  std::string tls_site;                  // only inside the TLS one
  std::string run_as;                    // the user who starts httpd, when it is not the test's own
  std::string resolv_conf;               // in place of /etc/resolv.conf, for httpd and what it starts; needs root
  std::string more_hosts;                // whole <VirtualHost *:@PORT@> sections, after the two
};

// Where the httpd lives.
struct HttpdPlaces {
  std::filesystem::path root; // htdocs/, logs/, certificate.pem, key.pem
  std::filesystem::path gateway;
  std::uint16_t port = 0;
  std::uint16_t tls_port = 0;
};

// The text of httpd.conf: localhost on 127.0.0.1 and [::1], plain and TLS, with a DocumentRoot.
std::string httpd_config(const HttpdOptions& options, const HttpdPlaces& places);

} // namespace rtmpt_proxy::test
