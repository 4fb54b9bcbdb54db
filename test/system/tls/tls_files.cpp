// SPDX-License-Identifier: Apache-2.0
#include "tls_files.hpp"

#include "support/os/child_process.hpp"
#include "support/os/text_file.hpp"

#include <stdexcept>

namespace rtmpt_proxy::test {

void make_certificate(const std::filesystem::path& folder, const CertificateOrder& order) {
  const auto file = [&folder](const std::string& name, const char* ending) {
    return (folder / (name + ending)).string();
  };
  std::vector<std::string> words{"openssl", "req", "-x509", "-days", "2", "-subj", "/CN=" + order.name, "-newkey"};
  const auto add = [&words](std::initializer_list<std::string> more) { words.insert(words.end(), more); };
  if (order.key == "rsa")
    add({"rsa:2048"});
  else
    add({"ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"});
  add({"-keyout", file(order.name, ".key"), "-out", file(order.name, ".pem"), "-addext",
       std::string("basicConstraints=critical,CA:") + (order.is_authority ? "TRUE" : "FALSE")});
  if (!order.is_authority) add({"-addext", "subjectAltName=DNS:" + order.name});
  if (!order.extension.empty()) add({"-addext", order.extension});
  if (!order.issuer.empty()) add({"-CA", file(order.issuer, ".pem"), "-CAkey", file(order.issuer, ".key")});
  if (order.passphrase.empty())
    add({"-nodes"});
  else
    add({"-passout", "pass:" + order.passphrase});
  const CommandResult result = run_command(words);
  if (result.exit_code != 0) throw std::runtime_error("openssl req: " + result.output);
}

void join_files(const std::filesystem::path& target, const std::vector<std::filesystem::path>& parts) {
  std::string text;
  for (const std::filesystem::path& part : parts)
    text += read_file(part);
  write_file(target, text);
}

} // namespace rtmpt_proxy::test
