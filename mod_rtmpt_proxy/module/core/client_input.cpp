// SPDX-License-Identifier: Apache-2.0
#include "module/core/client_input.hpp"

#include "module/core/hook_guard.hpp"

#include <algorithm>
#include <cerrno>

#include <sys/socket.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kFilterName = "rtmpt_pump_input";
constexpr std::size_t kBufferBytes = 8192;

apr_status_t filter_input(ap_filter_t* filter, apr_bucket_brigade* brigade, ap_input_mode_t mode, apr_read_type_e,
                          apr_off_t bytes) {
  return static_cast<ClientInput*>(filter->ctx)->read(filter, brigade, mode, bytes);
}

} // namespace

void ClientInput::attach(conn_rec* c) {
  ap_add_input_filter(kFilterName, this, nullptr, c);
}

void ClientInput::set_least_bytes(std::size_t bytes) {
  if (bytes == least_bytes_) return;
  const auto least = static_cast<int>(bytes);
  // When the system refuses, epoll keeps reporting every byte.
  if (::setsockopt(descriptor_, SOL_SOCKET, SO_RCVLOWAT, &least, sizeof least) == 0) least_bytes_ = bytes;
}

apr_status_t ClientInput::read(ap_filter_t* filter, apr_bucket_brigade* brigade, ap_input_mode_t mode,
                               apr_off_t bytes) {
  if (httpd_has_bytes_) {
    const apr_status_t status = ap_get_brigade(filter->next, brigade, mode, APR_NONBLOCK_READ, bytes);
    httpd_has_bytes_ = status == APR_SUCCESS && !APR_BRIGADE_EMPTY(brigade);
    drained_ = !httpd_has_bytes_;
    return status;
  }
  if (mode != AP_MODE_READBYTES) return APR_ENOTIMPL; // mod_ssl asks for nothing else
  if (size_ == 0) {
    if (const apr_status_t status = read_socket(); status != APR_SUCCESS) return status;
  }
  const std::size_t given = std::min(size_, static_cast<std::size_t>(bytes));
  // Transient, because mod_ssl copies the bytes before it asks again.
  apr_bucket* const bucket = apr_bucket_transient_create(buffer_.get() + begin_, given, filter->c->bucket_alloc);
  APR_BRIGADE_INSERT_TAIL(brigade, bucket);
  begin_ += given;
  size_ -= given;
  return APR_SUCCESS;
}

apr_status_t ClientInput::read_socket() {
  if (drained_) {
    buffer_.reset();
    return APR_EAGAIN;
  }
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(kBufferBytes);
  const ssize_t count = ::recv(descriptor_, buffer_.get(), kBufferBytes, MSG_DONTWAIT);
  if (count == 0) return APR_EOF;
  if (count < 0) {
    drained_ = errno == EAGAIN || errno == EINTR;
    return drained_ ? APR_EAGAIN : APR_FROM_OS_ERROR(errno);
  }
  drained_ = static_cast<std::size_t>(count) < kBufferBytes; // epoll reports what comes later
  begin_ = 0;
  size_ = static_cast<std::size_t>(count);
  received_bytes_ += size_;
  return APR_SUCCESS;
}

void register_client_input(apr_pool_t*) {
  // Just above httpd's own end of the chain.
  ap_register_input_filter(kFilterName, guarded<filter_input, static_cast<apr_status_t>(APR_EGENERAL)>, nullptr,
                           static_cast<ap_filter_type>(AP_FTYPE_NETWORK - 1));
}

} // namespace rtmpt_proxy::apache
