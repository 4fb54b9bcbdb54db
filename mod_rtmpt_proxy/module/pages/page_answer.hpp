// SPDX-License-Identifier: Apache-2.0
// Answers with the files of a page that is in the module. For handlers, in the thread of the request.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "page_assets/page_asset.hpp"

#include <initializer_list>
#include <string_view>

namespace rtmpt_proxy::apache {

// The headers of each answer at a page's location. `content_policy` says what the page may load, `referrer_policy` to
// whom a browser tells the page's address; both must outlive the request.
void add_page_headers(request_rec* r, const char* content_policy, const char* referrer_policy);

// Writes bytes of the body; nothing for HEAD.
void write_body(request_rec* r, std::string_view bytes);

// Writes the whole body, of this type, which must outlive the request. Returns OK.
int answer_text(request_rec* r, const char* type, std::string_view text);

// Writes a file of the page. Browsers keep these files but ask each time, in case another version of the module is
// loaded. Returns OK, or HTTP_NOT_MODIFIED.
int answer_asset(request_rec* r, const PageAsset& asset);

// What stands in a page, and what it is replaced with.
struct PageFilling {
  std::string_view place;
  std::string_view value;
};

// Writes a page with its places filled. Returns OK.
int answer_filled_page(request_rec* r, const PageAsset& page, std::initializer_list<PageFilling> fillings);

} // namespace rtmpt_proxy::apache
