// The body of a tunnel request, read to its end before anything of it goes further.
#pragma once

#include "httpd_headers.hpp"

#include <cstdint>
#include <string>

namespace rtmpt_proxy::apache {

// How a request says where its body ends.
enum class Framing {
  good,
  both_lengths, // Transfer-Encoding together with Content-Length: httpd drops one of them, so would anybody else
  bad_length,   // a Content-Length that is not digits alone
  odd_coding,   // a Transfer-Encoding that is not chunked alone
};

Framing check_framing(const request_rec* r);

struct BodyResult {
  // Else the status to answer with, and the connection cannot be used any more; AP_FILTER_ERROR when httpd has
  // answered already.
  int status = HTTP_OK;
  std::string bytes; // empty unless `keep` was asked for
};

// Reads the whole body of at most `limit_bytes` (or LimitRequestBody, when that is less). A client who goes away in
// the middle gives 400, a body over the limit 413, which is found out before reading when Content-Length says it.
BodyResult read_body(request_rec* r, std::uint64_t limit_bytes, bool keep);

} // namespace rtmpt_proxy::apache
