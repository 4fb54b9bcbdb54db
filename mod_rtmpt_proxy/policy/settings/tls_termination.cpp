// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/settings/tls_termination.hpp>

namespace rtmpt_proxy::policy {

std::string_view to_string(TlsTermination where) {
  return where == TlsTermination::gateway ? "gateway" : "httpd";
}

std::optional<TlsTermination> find_tls_termination(std::string_view name) {
  const std::string lower = lowered(name);
  for (const TlsTermination where : {TlsTermination::httpd, TlsTermination::gateway})
    if (to_string(where) == lower) return where;
  return std::nullopt;
}

} // namespace rtmpt_proxy::policy
