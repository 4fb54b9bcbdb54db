// SPDX-License-Identifier: Apache-2.0
#include "module/restore/connection_bytes.hpp"

#include "module/core/connection_notes.hpp"
#include "module/link/connection_release.hpp"

#include <cerrno>

#include <poll.h>

namespace rtmpt_proxy::apache {

namespace {

// The end of the connection shows after one look that finds nothing new; while bytes wait before it, it does not show.
constexpr int kMostFruitlessLooks = 2;

} // namespace

ConnectionBytes::ConnectionBytes(conn_rec* c)
    : connection_(c), network_(network_filter(c)), brigade_(apr_brigade_create(c->pool, c->bucket_alloc)) {}

ConnectionBytes::~ConnectionBytes() {
  apr_brigade_destroy(brigade_);
}

bool ConnectionBytes::look() {
  const std::size_t had_bytes = size_ - begin_;
  apr_size_t size = shown_.size();
  const apr_status_t status =
      ap_get_brigade(network_, brigade_, AP_MODE_SPECULATIVE, APR_NONBLOCK_READ, static_cast<apr_off_t>(size));
  const bool broken = status != APR_SUCCESS && !APR_STATUS_IS_EAGAIN(status);
  if (status != APR_SUCCESS || apr_brigade_flatten(brigade_, shown_.data(), &size) != APR_SUCCESS) size = 0;
  apr_brigade_cleanup(brigade_);
  begin_ = 0;
  size_ = size;
  fruitless_looks_ = size_ > had_bytes ? 0 : fruitless_looks_ + 1;
  return !broken && fruitless_looks_ <= kMostFruitlessLooks;
}

bool ConnectionBytes::consume(std::size_t count) {
  while (count > 0) {
    const apr_status_t status =
        ap_get_brigade(network_, brigade_, AP_MODE_READBYTES, APR_NONBLOCK_READ, static_cast<apr_off_t>(count));
    apr_off_t taken = 0;
    if (status != APR_SUCCESS || apr_brigade_length(brigade_, 1, &taken) != APR_SUCCESS || taken <= 0) return false;
    apr_brigade_cleanup(brigade_);
    begin_ += static_cast<std::size_t>(taken);
    count -= static_cast<std::size_t>(taken);
  }
  return true;
}

bool ConnectionBytes::await_more(std::chrono::steady_clock::time_point deadline) {
  if (size_ == shown_.size()) return true; // httpd's filter may hold more, which poll() does not see
  pollfd client{descriptor_of(connection_), POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (client.fd < 0 || left.count() <= 0) return false;
    const int count = ::poll(&client, 1, static_cast<int>(left.count()));
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) return false;
  }
}

} // namespace rtmpt_proxy::apache
