// SPDX-License-Identifier: Apache-2.0
// Rules of mod_ssl that mod_ssl itself cannot apply to an ask, because the client's TLS ends elsewhere.
#pragma once

#include <rtmpt_proxy/policy/routing/site_lines.hpp>

#include <vector>

namespace rtmpt_proxy::apache {

// Of one virtual host, with what it inherits. Read once from the configuration.
struct TlsRules {
  bool is_for_tls = false;        // SSLEngine On
  bool strict_names = false;      // SSLStrictSNIVHostCheck: no client without a server name
  bool wants_certificate = false; // SSLVerifyClient require for the whole virtual host
  // <Location> and <LocationMatch> sections with SSLVerifyClient require or SSLRequire, whose words end with '>'.
  std::vector<policy::SiteLine> guarded_locations;
  bool has_guarded_conditions = false; // the same in an <If>, of which nobody knows here when it holds
};

} // namespace rtmpt_proxy::apache
