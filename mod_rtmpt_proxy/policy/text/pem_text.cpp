// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/text/pem_text.hpp>

#include <algorithm>
#include <array>

namespace rtmpt_proxy::policy {

namespace {

// RFC 7468, section 5.1, and what OpenSSL writes besides.
constexpr std::array<std::string_view, 3> kCertificateLabels{"CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"};

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
    line.remove_suffix(1);
  return line;
}

bool is_base64(std::string_view line) {
  return !line.empty() && std::all_of(line.begin(), line.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '/' || c == '=';
  });
}

std::string_view label_of(std::string_view line) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kEnd = "-----";
  if (!line.starts_with(kBegin) || !line.ends_with(kEnd) || line.size() <= kBegin.size() + kEnd.size()) return {};
  return line.substr(kBegin.size(), line.size() - kBegin.size() - kEnd.size());
}

// The block behind its first line, without its last one; empty when it is none of base64 alone. `rest` is set behind
// it.
std::string body_of(std::string_view& rest, std::string_view label) {
  const std::string last = "-----END " + std::string(label) + "-----";
  std::string body;
  std::string_view after = rest;
  while (!after.empty()) {
    const std::string_view line = next_line(after);
    if (line == last) {
      rest = after;
      return body;
    }
    if (!is_base64(line)) return {};
    body.append(line) += '\n';
  }
  return {};
}

} // namespace

std::string certificates_of(std::string_view text) {
  std::string found;
  while (!text.empty()) {
    const std::string label(label_of(next_line(text)));
    if (std::find(kCertificateLabels.begin(), kCertificateLabels.end(), label) == kCertificateLabels.end()) continue;
    const std::string body = body_of(text, label);
    if (body.empty()) continue;
    found.append("-----BEGIN ").append(label).append("-----\n").append(body);
    found.append("-----END ").append(label).append("-----\n");
  }
  return found;
}

} // namespace rtmpt_proxy::policy
