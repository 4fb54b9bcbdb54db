// SPDX-License-Identifier: Apache-2.0
#include "module/ways/request_body.hpp"

#include <rtmpt_proxy/policy/limits/request_time.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::size_t kSkipBytes = 65536;
constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();

std::optional<std::string_view> header_of(const request_rec* r, const char* name) {
  const char* const text = apr_table_get(r->headers_in, name);
  return text ? std::optional<std::string_view>(text) : std::nullopt;
}

std::uint64_t announced_bytes(const request_rec* r) {
  const std::optional<std::string_view> text = header_of(r, "Content-Length");
  return text ? policy::parse_content_length(*text).value_or(kUnknown) : kUnknown;
}

// How the body ended, by the error of httpd's own body filter.
BodyEnd end_by(apr_status_t failure) {
  if (failure == AP_FILTER_ERROR) return BodyEnd::answered;
  if (APR_STATUS_IS_TIMEUP(failure)) return BodyEnd::too_slow;
  if (failure == APR_ENOSPC) return BodyEnd::too_large; // LimitRequestBody
  return failure == APR_EINVAL || failure == APR_EGENERAL ? BodyEnd::malformed : BodyEnd::cut;
}

// httpd has dropped the Content-Length of such a request already, and has marked the connection for it. The connection
// that mod_http2 makes for each of its streams always has this mark, where it means nothing: HTTP/2 itself says where a
// body ends and forbids Transfer-Encoding.
bool length_was_dropped(const request_rec* r) {
  return !r->connection->master && r->connection->keepalive == AP_CONN_CLOSE;
}

// How the body ended, by the answer that httpd's own filter has put into a bucket.
BodyEnd end_by_error(const apr_bucket* bucket) {
  const int status = static_cast<const ap_bucket_error*>(bucket->data)->status;
  if (status == HTTP_REQUEST_ENTITY_TOO_LARGE) return BodyEnd::too_large;
  return status == HTTP_REQUEST_TIME_OUT ? BodyEnd::too_slow : BodyEnd::malformed;
}

} // namespace

Framing check_framing(const request_rec* r) {
  return policy::check_framing(header_of(r, "Transfer-Encoding"), header_of(r, "Content-Length"),
                               length_was_dropped(r));
}

std::uint64_t body_limit(const request_rec* r, std::uint64_t own_limit_bytes) {
  const apr_off_t site_limit = ap_get_limit_req_body(r);
  return site_limit > 0 ? std::min(own_limit_bytes, static_cast<std::uint64_t>(site_limit)) : own_limit_bytes;
}

bool body_reading_has_begun(const request_rec* r) {
  const BodyWatch* const watch = find_body_watch(r);
  return !watch || watch->begun;
}

RequestBody::RequestBody(request_rec* r, std::uint64_t limit_bytes)
    : r_(r),
      watch_(find_body_watch(r)),
      limit_bytes_(limit_bytes),
      until_(std::chrono::steady_clock::now() + policy::kMostRequestTime),
      brigade_(apr_brigade_create(r->pool, r->connection->bucket_alloc)) {
  const std::uint64_t announced = announced_bytes(r);
  if (announced != kUnknown && announced > limit_bytes_) end_ = BodyEnd::too_large;
}

RequestBody::~RequestBody() {
  apr_brigade_destroy(brigade_);
}

void RequestBody::read(std::string& bytes, std::size_t most_bytes, apr_read_type_e block) {
  if (end_ == BodyEnd::not_yet && std::chrono::steady_clock::now() >= until_) end_ = BodyEnd::too_slow;
  while (end_ == BodyEnd::not_yet && bytes.size() < most_bytes) {
    const std::size_t had_bytes = bytes.size();
    if (!read_brigade(most_bytes - bytes.size(), block)) return;
    take_brigade(bytes);
    apr_brigade_cleanup(brigade_);
    if (bytes.size() > had_bytes)
      block = APR_NONBLOCK_READ;
    else if (block == APR_NONBLOCK_READ)
      return; // there is nothing now
  }
}

void RequestBody::skip(std::uint64_t most_bytes) {
  std::string dropped;
  for (const std::uint64_t until = seen_bytes_ + most_bytes; end_ == BodyEnd::not_yet && seen_bytes_ < until;) {
    dropped.clear();
    read(dropped, kSkipBytes, APR_BLOCK_READ);
  }
}

// False when nothing was read.
bool RequestBody::read_brigade(apr_size_t most_bytes, apr_read_type_e block) {
  const apr_status_t status =
      ap_get_brigade(r_->input_filters, brigade_, AP_MODE_READBYTES, block, static_cast<apr_off_t>(most_bytes));
  if (status == APR_SUCCESS) return true;
  apr_brigade_cleanup(brigade_);
  if (block == APR_BLOCK_READ || !APR_STATUS_IS_EAGAIN(status)) end_ = end_by(status);
  return false;
}

void RequestBody::take_brigade(std::string& bytes) {
  for (apr_bucket* bucket = APR_BRIGADE_FIRST(brigade_);
       bucket != APR_BRIGADE_SENTINEL(brigade_) && end_ == BodyEnd::not_yet; bucket = APR_BUCKET_NEXT(bucket)) {
    if (APR_BUCKET_IS_EOS(bucket)) {
      end_ = end_by_filters();
      // httpd reads the rest later, and other filters may have forgotten that the body has ended.
      r_->input_filters = r_->proto_input_filters;
    } else if (AP_BUCKET_IS_ERROR(bucket)) {
      end_ = end_by_error(bucket);
    } else if (!APR_BUCKET_IS_METADATA(bucket)) {
      const char* data = nullptr;
      apr_size_t size = 0;
      if (apr_bucket_read(bucket, &data, &size, APR_BLOCK_READ) != APR_SUCCESS) {
        end_ = BodyEnd::cut;
        return;
      }
      seen_bytes_ += size;
      if (seen_bytes_ > limit_bytes_)
        end_ = BodyEnd::too_large;
      else
        bytes.append(data, size);
    }
  }
}

// A filter of another module says that the body has ended. Checks that exactly the bytes of the client have come.
BodyEnd RequestBody::end_by_filters() const {
  if (r_->input_filters == r_->proto_input_filters) return BodyEnd::whole; // by httpd's own filter
  const std::uint64_t announced = announced_bytes(r_);
  const std::uint64_t expected = watch_ ? watch_->passed_bytes : announced;
  const bool came_to_its_end = !watch_ || watch_->ended;
  return came_to_its_end && (expected == kUnknown || expected == seen_bytes_) ? BodyEnd::whole : BodyEnd::changed;
}

} // namespace rtmpt_proxy::apache
