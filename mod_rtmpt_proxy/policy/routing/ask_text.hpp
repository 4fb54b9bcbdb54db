// SPDX-License-Identifier: Apache-2.0
// How texts of a client are written in what httpd is asked, and which texts are asked about at all.
#pragma once

#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// A letter, a digit, or one of `others`.
bool is_one_of(char c, std::string_view others);

// An application without a slash behind it, and without the name of the usual instance.
std::string_view bare_app(std::string_view app);

bool has_control(std::string_view text);

// Whether all media servers read the path alike. Some take '%', '#', '&', '=', ',' and "..." for the beginning of
// something else, leave out spaces, quotes and "_definst_", or choose a format by what stands in front of a ':'.
bool is_plain_path(std::string_view path);

// Likewise the query of an application or of a stream's name: SRS moves what stands behind a '/' or '#' into the path,
// and takes another virtual host from vhost= and domain=.
bool is_plain_query(std::string_view query);

// Whether a segment between slashes is empty, "." or "..".
bool has_odd_segment(std::string_view path);

// For a request line: everything but letters, digits and -._~/ becomes %XX.
std::string escaped_path(std::string_view path);

// Decodes %XX; a '%' without two digits behind it stays as it is.
std::string unescaped(std::string_view text);

// For a header: printable ASCII stays.
std::string header_text(std::string_view text);

// "user:password" of a query with user=U and pass=P, both with %XX decoded; empty when there is no such user, or one
// that HTTP's Basic scheme cannot carry: a ':' in it, or a control character.
std::string credentials_in_query(std::string_view query);
// The same of the "user:password@" in a URL.
std::string credentials_in_url(std::string_view url);

} // namespace rtmpt_proxy::policy
