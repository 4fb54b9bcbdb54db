// SPDX-License-Identifier: Apache-2.0
#include "module/callbacks/callback_filters.hpp"

#include "module/core/hook_guard.hpp"

#include <rtmpt_proxy/policy/callbacks/callback_verdict.hpp>

#include <algorithm>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kBodyFilter = "rtmpt_callback_body"; // spelt as httpd keeps names
constexpr const char* kAnswerFilter = "rtmpt_callback_answer";
constexpr std::string_view kKeptBodyFilter = "kept_body"; // mod_request's

// mod_request, where it is loaded, gives the body itself, from r->kept_body, and leaves the end of it to the next
// filter.
bool is_given_by_mod_request(const ap_filter_t* own, const request_rec* r) {
  for (const ap_filter_t* filter = r->input_filters; filter && filter != own; filter = filter->next)
    if (filter->frec->name == kKeptBodyFilter) return true;
  return false;
}

apr_status_t give_body(ap_filter_t* filter, apr_bucket_brigade* brigade, ap_input_mode_t mode, apr_read_type_e,
                       apr_off_t bytes) {
  auto& ends = *static_cast<CallbackEnds*>(filter->ctx);
  if (mode == AP_MODE_INIT) return APR_SUCCESS;
  if (is_given_by_mod_request(filter, ends.subrequest)) ends.given_bytes = ends.body_bytes;
  const std::size_t left = ends.body_bytes - ends.given_bytes;
  const std::size_t count =
      mode == AP_MODE_READBYTES && bytes >= 0 ? std::min(left, static_cast<std::size_t>(bytes)) : left;
  if (count > 0)
    APR_BRIGADE_INSERT_TAIL(brigade,
                            apr_bucket_transient_create(ends.body + ends.given_bytes, count, filter->c->bucket_alloc));
  else
    APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_eos_create(filter->c->bucket_alloc));
  if (mode != AP_MODE_SPECULATIVE) ends.given_bytes += count;
  return APR_SUCCESS;
}

// A pipe of a program is read here, piece by piece, so that this filter sees whether there is time left.
apr_status_t drop_answer(ap_filter_t* filter, apr_bucket_brigade* brigade) {
  auto& ends = *static_cast<CallbackEnds*>(filter->ctx);
  while (!APR_BRIGADE_EMPTY(brigade)) {
    if (Clock::now() >= ends.until) ends.too_late = true;
    if (ends.too_late || ends.too_long) break;
    apr_bucket* const bucket = APR_BRIGADE_FIRST(brigade);
    const char* data = nullptr;
    apr_size_t bytes = 0;
    if (!APR_BUCKET_IS_METADATA(bucket) && apr_bucket_read(bucket, &data, &bytes, APR_BLOCK_READ) != APR_SUCCESS)
      ends.too_late = true; // a program that says nothing for so long
    ends.answer_bytes += bytes;
    ends.too_long = ends.answer_bytes > policy::kMaxCallbackAnswerBytes;
    apr_bucket_delete(bucket);
  }
  apr_brigade_cleanup(brigade);
  return ends.too_late || ends.too_long ? APR_ECONNABORTED : APR_SUCCESS;
}

ap_filter_t* make_filter(ap_filter_rec_t* record, CallbackEnds& ends) {
  auto* const filter = static_cast<ap_filter_t*>(apr_pcalloc(ends.subrequest->pool, sizeof(ap_filter_t)));
  filter->frec = record;
  filter->ctx = &ends;
  filter->c = ends.subrequest->connection;
  return filter;
}

} // namespace

void put_ends(CallbackEnds& ends) {
  request_rec* const r = ends.subrequest;
  r->input_filters = r->proto_input_filters = make_filter(ap_get_input_filter_handle(kBodyFilter), ends);
  r->output_filters = r->proto_output_filters = make_filter(ap_get_output_filter_handle(kAnswerFilter), ends);
}

void register_callback_filters(apr_pool_t*) {
  // Behind all filters for contents.
  ap_register_input_filter(kBodyFilter, guarded<give_body, static_cast<apr_status_t>(APR_EGENERAL)>, nullptr,
                           AP_FTYPE_PROTOCOL);
  ap_register_output_filter(kAnswerFilter, guarded<drop_answer, static_cast<apr_status_t>(APR_EGENERAL)>, nullptr,
                            AP_FTYPE_PROTOCOL);
}

} // namespace rtmpt_proxy::apache
