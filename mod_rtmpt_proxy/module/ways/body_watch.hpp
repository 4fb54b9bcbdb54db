// SPDX-License-Identifier: Apache-2.0
// Counts the bytes of a tunnel request's body that have left httpd's own body filter, whoever read them: modules that
// read a body before its handler does (mod_security2, say) give it back later by a filter of their own.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <cstdint>

namespace rtmpt_proxy::apache {

// In the request's pool. Used by the thread that serves the request.
struct BodyWatch {
  std::uint64_t passed_bytes = 0;
  bool begun = false; // somebody has asked for the body
  bool ended = false; // all of it has passed
};

// Null for a request that was no tunnel request when httpd had read its head.
const BodyWatch* find_body_watch(const request_rec* r);

void register_body_watch(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
