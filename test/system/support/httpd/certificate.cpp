// SPDX-License-Identifier: Apache-2.0
#include "support/httpd/certificate.hpp"

#include "support/os/child_process.hpp"

namespace rtmpt_proxy::test {

void write_certificate(const std::filesystem::path& directory) {
  const auto key = directory / "key.pem";
  // An elliptic key is made in milliseconds; CA:FALSE and the name keep mod_ssl from warning.
  const auto result = run_command({"openssl",
                                   "req",
                                   "-x509",
                                   "-newkey",
                                   "ec",
                                   "-pkeyopt",
                                   "ec_paramgen_curve:prime256v1",
                                   "-nodes",
                                   "-days",
                                   "2",
                                   "-subj",
                                   "/CN=localhost",
                                   "-addext",
                                   "basicConstraints=critical,CA:FALSE",
                                   "-addext",
                                   "subjectAltName=DNS:localhost",
                                   "-keyout",
                                   key.string(),
                                   "-out",
                                   (directory / "certificate.pem").string()});
  if (result.exit_code != 0) throw std::runtime_error("openssl req: " + result.output);
  std::filesystem::permissions(key, std::filesystem::perms::owner_read);
}

void write_expired_certificate(const std::filesystem::path& directory) {
  const std::string certificate = (directory / "certificate.pem").string();
  // It signs itself anew, with an end in the past.
  const auto result = run_command({"openssl", "x509", "-in", certificate, "-signkey", (directory / "key.pem").string(),
                                   "-days", "-1", "-out", certificate + ".expired"});
  if (result.exit_code != 0) throw std::runtime_error("openssl x509: " + result.output);
  std::filesystem::rename(certificate + ".expired", certificate);
}

} // namespace rtmpt_proxy::test
