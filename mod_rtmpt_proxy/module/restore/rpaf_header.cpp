// SPDX-License-Identifier: Apache-2.0
#include "module/restore/rpaf_header.hpp"

#include "module/core/message_ids.hpp"

namespace rtmpt_proxy::apache {

GivenHeader first_given(const request_rec* r, std::span<const char* const> names) {
  for (const char* const name : names)
    if (const char* const value = apr_table_get(r->headers_in, name)) return {name, value};
  return {};
}

void report_bad_value(request_rec* r, const GivenHeader& header, const char* expected) {
  ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "%s: %s '%.100s' from the proxy %s is ignored: expected %s",
                ids::kBadForwardedValue, header.name, header.value, r->connection->client_ip, expected);
}

} // namespace rtmpt_proxy::apache
