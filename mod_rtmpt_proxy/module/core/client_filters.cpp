// SPDX-License-Identifier: Apache-2.0
#include "module/core/client_filters.hpp"

#include "module/core/connection_notes.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr apr_off_t kPieceBytes = 16384; // as large as a TLS record
// mod_ssl gives at most this much at once. When it gives less, it has no more.
constexpr std::size_t kTlsBufferBytes = AP_IOBUFSIZE;

ap_filter_t* last_of(ap_filter_t* filter) {
  while (filter && filter->next)
    filter = filter->next;
  return filter;
}

// Removes mod_reqtimeout's filter: it times requests, which it does not see on a pumped connection. The gateway has its
// own limits for slow requests.
void leave_out_request_timeout(conn_rec* c) {
  for (ap_filter_t* filter = c->input_filters; filter;) {
    ap_filter_t* const next = filter->next;
    if (std::string_view(filter->frec->name) == "reqtimeout") ap_remove_input_filter(filter);
    filter = next;
  }
}

} // namespace

ClientFilters::ClientFilters(conn_rec* c)
    : connection_(c),
      descriptor_(descriptor_of(c)),
      socket_(descriptor_),
      network_(last_of(c->output_filters)),
      input_(apr_brigade_create(c->pool, c->bucket_alloc)),
      output_(apr_brigade_create(c->pool, c->bucket_alloc)) {}

void ClientFilters::take() {
  leave_out_request_timeout(connection_);
  apr_socket_timeout_set(ap_get_conn_socket(connection_), 0);
  socket_.attach(connection_);
}

void ClientFilters::keep_unsent_short() const {
  constexpr int kMostBytes = 65536; // as the gateway has it for the connections of its own
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMostBytes, sizeof kMostBytes);
}

ClientFilters::Read ClientFilters::read(std::string& bytes) {
  if (!tls_has_bytes_ && !socket_.may_have_bytes()) return Read::nothing;
  const std::size_t had_bytes = bytes.size();
  const apr_status_t status =
      ap_get_brigade(connection_->input_filters, input_, AP_MODE_READBYTES, APR_NONBLOCK_READ, kPieceBytes);
  Read result = Read::broken;
  if (status == APR_SUCCESS)
    result = take_input(bytes);
  else if (APR_STATUS_IS_EAGAIN(status))
    result = Read::nothing;
  else if (APR_STATUS_IS_EOF(status))
    result = Read::end;
  apr_brigade_cleanup(input_);
  tls_has_bytes_ = bytes.size() - had_bytes >= kTlsBufferBytes;
  return connection_->aborted ? Read::broken : result;
}

ClientFilters::Read ClientFilters::take_input(std::string& bytes) {
  Read result = Read::nothing;
  for (apr_bucket* bucket = APR_BRIGADE_FIRST(input_); bucket != APR_BRIGADE_SENTINEL(input_);
       bucket = APR_BUCKET_NEXT(bucket)) {
    if (APR_BUCKET_IS_EOS(bucket)) return Read::end;
    if (APR_BUCKET_IS_METADATA(bucket)) continue;
    const char* data = nullptr;
    apr_size_t size = 0;
    const apr_status_t status = apr_bucket_read(bucket, &data, &size, APR_NONBLOCK_READ);
    if (APR_STATUS_IS_EAGAIN(status)) break;
    if (status != APR_SUCCESS) return Read::broken;
    if (size > 0) result = Read::some;
    bytes.append(data, size);
  }
  return result;
}

// mod_ssl gathers small writes until something follows that is no data, so such a bucket follows the bytes. A flush
// bucket, the usual choice, would make httpd wait for the client.
bool ClientFilters::write(std::string_view bytes) {
  apr_bucket_alloc_t* const buckets = connection_->bucket_alloc;
  APR_BRIGADE_INSERT_TAIL(output_, apr_bucket_transient_create(bytes.data(), bytes.size(), buckets));
  APR_BRIGADE_INSERT_TAIL(output_, apr_bucket_eos_create(buckets));
  const apr_status_t status = ap_pass_brigade(connection_->output_filters, output_);
  apr_brigade_cleanup(output_);
  return status == APR_SUCCESS && !connection_->aborted && flush();
}

// Does what MPM event does: httpd's last filter keeps a small rest until more comes, or until it is called with an
// empty brigade.
bool ClientFilters::flush() {
  if (!has_output()) return true;
  return network_->frec->filter_func.out_func(network_, nullptr) == APR_SUCCESS && !connection_->aborted;
}

void ClientFilters::shut_down() {
  socket_.set_least_bytes(1);
  connection_->keepalive = AP_CONN_CLOSE;
  ap_prep_lingering_close(connection_);
  APR_BRIGADE_INSERT_TAIL(output_, ap_bucket_eoc_create(connection_->bucket_alloc));
  ap_pass_brigade(connection_->output_filters, output_);
  apr_brigade_cleanup(output_);
  flush();
  apr_socket_shutdown(ap_get_conn_socket(connection_), APR_SHUTDOWN_WRITE);
}

} // namespace rtmpt_proxy::apache
