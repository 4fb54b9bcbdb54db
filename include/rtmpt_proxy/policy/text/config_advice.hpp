// SPDX-License-Identifier: Apache-2.0
// Advice for typical mistakes in a configuration: what was probably meant.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// What was expected instead of `text`, which is no rtmp://, rtmpt:// or balancer:// URL. Parts of the text that may be
// secret are not repeated.
std::string expected_instead_of_url(std::string_view text);

// Whether `text` is a URL of a kind of RTMP that is not carried: rtmpts://, rtmpe:// or rtmpte://.
bool is_foreign_stream_url(std::string_view text);

// The scheme, host and port of a URL in quotation marks; what may be a secret is left out.
std::string quoted_server(std::string_view text);

// What was expected instead of `text`, which is no time from `minimum` to `maximum` in httpd's form.
std::string expected_time(std::string_view text, std::chrono::milliseconds minimum, std::chrono::milliseconds maximum);

// What was expected instead of `text`, which is no name of a header. `example` is such a name.
std::string expected_header_name(std::string_view text, std::string_view example);

} // namespace rtmpt_proxy::policy
