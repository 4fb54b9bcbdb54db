#include "request_body.hpp"

#include <algorithm>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

constexpr apr_off_t kReadBytes = 65536;

std::uint64_t effective_limit(const request_rec* r, std::uint64_t limit_bytes) {
  const apr_off_t site_limit = ap_get_limit_req_body(r);
  return site_limit > 0 ? std::min(limit_bytes, static_cast<std::uint64_t>(site_limit)) : limit_bytes;
}

bool announces_more_than(const request_rec* r, std::uint64_t limit_bytes) {
  const char* const text = apr_table_get(r->headers_in, "Content-Length");
  apr_off_t length = 0;
  return text && ap_parse_strict_length(&length, text) && static_cast<std::uint64_t>(length) > limit_bytes;
}

// What a failed read of httpd's own body filter means for the client.
int status_for(apr_status_t failure) {
  if (failure == AP_FILTER_ERROR) return AP_FILTER_ERROR;          // malformed chunks: answered already
  if (failure == APR_ENOSPC) return HTTP_REQUEST_ENTITY_TOO_LARGE; // LimitRequestBody
  return HTTP_BAD_REQUEST;
}

// Takes what `brigade` holds. Sets `end` at the end of the body; leaves a status to answer with when it cannot go on.
struct BodyReader {
  const std::uint64_t limit_bytes;
  const bool keep;
  BodyResult result;
  std::uint64_t seen_bytes = 0;
  bool end = false;

  void take(apr_bucket_brigade* brigade) {
    for (apr_bucket* bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade) && !end;
         bucket = APR_BUCKET_NEXT(bucket)) {
      if (APR_BUCKET_IS_EOS(bucket)) end = true;
      if (AP_BUCKET_IS_ERROR(bucket)) stop(HTTP_BAD_REQUEST);
      if (APR_BUCKET_IS_METADATA(bucket)) continue;
      const char* data = nullptr;
      apr_size_t size = 0;
      if (apr_bucket_read(bucket, &data, &size, APR_BLOCK_READ) != APR_SUCCESS) {
        stop(HTTP_BAD_REQUEST);
      } else {
        take_bytes(std::string_view(data, size));
      }
    }
  }

  void take_bytes(std::string_view bytes) {
    seen_bytes += bytes.size();
    if (seen_bytes > limit_bytes) {
      stop(HTTP_REQUEST_ENTITY_TOO_LARGE);
    } else if (keep) {
      result.bytes.append(bytes);
    }
  }

  void stop(int status) {
    result = BodyResult{status, {}};
    end = true;
  }
};

} // namespace

Framing check_framing(const request_rec* r) {
  // httpd has dropped the Content-Length already, and marked the connection for it.
  if (const char* const coding = apr_table_get(r->headers_in, "Transfer-Encoding")) {
    if (apr_table_get(r->headers_in, "Content-Length") || r->connection->keepalive == AP_CONN_CLOSE)
      return Framing::both_lengths;
    return ap_cstr_casecmp(coding, "chunked") == 0 ? Framing::good : Framing::odd_coding;
  }
  const char* const text = apr_table_get(r->headers_in, "Content-Length");
  apr_off_t length = 0;
  if (!text || (*text >= '0' && *text <= '9' && ap_parse_strict_length(&length, text))) return Framing::good;
  return Framing::bad_length;
}

BodyResult read_body(request_rec* r, std::uint64_t limit_bytes, bool keep) {
  const std::uint64_t limit = effective_limit(r, limit_bytes);
  if (announces_more_than(r, limit)) return BodyResult{HTTP_REQUEST_ENTITY_TOO_LARGE, {}};
  BodyReader reader{limit, keep, {}};
  apr_bucket_brigade* const brigade = apr_brigade_create(r->pool, r->connection->bucket_alloc);
  while (!reader.end) {
    const apr_status_t status =
        ap_get_brigade(r->input_filters, brigade, AP_MODE_READBYTES, APR_BLOCK_READ, kReadBytes);
    if (status == APR_SUCCESS) {
      reader.take(brigade);
    } else {
      reader.stop(status_for(status));
    }
    apr_brigade_cleanup(brigade);
  }
  apr_brigade_destroy(brigade);
  return std::move(reader.result);
}

} // namespace rtmpt_proxy::apache
