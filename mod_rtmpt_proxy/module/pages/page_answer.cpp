// SPDX-License-Identifier: Apache-2.0
#include "module/pages/page_answer.hpp"

#include <functional>
#include <string>

namespace rtmpt_proxy::apache {

namespace {

const char* type_of(request_rec* r, const PageAsset& asset) {
  return apr_pstrmemdup(r->pool, asset.type.data(), asset.type.size());
}

// mod_deflate and mod_brotli change the tag of what they compress, and do not know it when a browser asks with it. If
// so, the answer has that tag.
bool is_kept_compressed(request_rec* r, const std::string& tag) {
  const char* const kept = apr_table_get(r->headers_in, "If-None-Match");
  if (!kept) return false;
  for (const char* const compressed : {"-gzip", "-br"}) {
    const std::string changed = '"' + tag + compressed + '"';
    if (!ap_find_etag_weak(r->pool, kept, changed.c_str())) continue;
    apr_table_set(r->headers_out, "ETag", changed.c_str());
    return true;
  }
  return false;
}

} // namespace

void add_page_headers(request_rec* r, const char* content_policy, const char* referrer_policy) {
  apr_table_setn(r->headers_out, "Content-Security-Policy", content_policy);
  apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
  apr_table_setn(r->headers_out, "Referrer-Policy", referrer_policy);
  apr_table_setn(r->headers_out, "Cache-Control", "no-store");
}

void write_body(request_rec* r, std::string_view bytes) {
  if (!r->header_only) ap_rwrite(bytes.data(), static_cast<int>(bytes.size()), r);
}

int answer_text(request_rec* r, const char* type, std::string_view text) {
  ap_set_content_type(r, type);
  ap_set_content_length(r, static_cast<apr_off_t>(text.size()));
  write_body(r, text);
  return OK;
}

int answer_asset(request_rec* r, const PageAsset& asset) {
  apr_table_setn(r->headers_out, "Cache-Control", "no-cache");
  const std::string tag = std::to_string(std::hash<std::string_view>{}(asset.text));
  if (is_kept_compressed(r, tag)) return HTTP_NOT_MODIFIED;
  apr_table_set(r->headers_out, "ETag", ('"' + tag + '"').c_str());
  if (const int result = ap_meets_conditions(r); result != OK) return result;
  return answer_text(r, type_of(r, asset), asset.text);
}

int answer_filled_page(request_rec* r, const PageAsset& page, std::initializer_list<PageFilling> fillings) {
  std::string text(page.text);
  for (const auto& [place, value] : fillings)
    for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place, at + value.size()))
      text.replace(at, place.size(), value);
  return answer_text(r, type_of(r, page), text);
}

} // namespace rtmpt_proxy::apache
