// SPDX-License-Identifier: Apache-2.0
#include "module/asks/relay_input.hpp"

#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"

namespace rtmpt_proxy::apache {

namespace {

// mod_ssl's filter is AP_FTYPE_CONNECTION + 5, and keeps what it was not asked for.
constexpr auto kAboveTls = static_cast<ap_filter_type>(AP_FTYPE_CONNECTION + 4);

std::uint64_t bytes_in(apr_bucket_brigade* brigade) {
  apr_off_t bytes = 0;
  return apr_brigade_length(brigade, 0, &bytes) == APR_SUCCESS && bytes > 0 ? static_cast<std::uint64_t>(bytes) : 0;
}

apr_status_t count_input(ap_filter_t* filter, apr_bucket_brigade* brigade, ap_input_mode_t mode, apr_read_type_e block,
                         apr_off_t bytes) {
  const std::uint64_t had_bytes = bytes_in(brigade);
  const apr_status_t status = ap_get_brigade(filter->next, brigade, mode, block, bytes);
  if (mode != AP_MODE_SPECULATIVE && mode != AP_MODE_INIT)
    connection_notes(filter->c).relayed_bytes += bytes_in(brigade) - had_bytes;
  return status;
}

} // namespace

void count_relayed_bytes(conn_rec* c) {
  ap_add_input_filter(kRelayInputFilter, nullptr, nullptr, c);
}

void register_relay_input(apr_pool_t*) {
  ap_register_input_filter(kRelayInputFilter, guarded<count_input, static_cast<apr_status_t>(APR_EGENERAL)>, nullptr,
                           kAboveTls);
}

} // namespace rtmpt_proxy::apache
