// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/text/config_advice.hpp>

#include <algorithm>
#include <array>

namespace rtmpt_proxy::policy {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view kShape =
    "rtmp://host[:port], rtmps://host[:port] or rtmpt://host[:port], with an IPv6 address in brackets";
constexpr std::string_view kAnyHost = "host[:port]";

struct Foreign {
  std::string_view scheme;
  std::string_view ours;
  std::string_view why;
};

constexpr std::array<Foreign, 5> kForeign{{
    {"rtmpts", "rtmpt", "RTMPT over TLS to a media server is not supported, RTMP is: rtmps://"},
    {"https", "rtmpt", "RTMPT over TLS to a media server is not supported, RTMP is: rtmps://"},
    {"http", "rtmpt", "a media server that takes streams over HTTP speaks RTMPT"},
    {"rtmpe", "rtmp", "RTMPE is not supported as a scheme; a client's own RTMPE goes through"},
    {"rtmpte", "rtmpt", "RTMPTE is not supported as a scheme; a client's own RTMPE goes through"},
}};

std::string written(milliseconds time) {
  using namespace std::chrono;
  if (time.count() == 0) return "0";
  if (time % hours(1) == milliseconds(0)) return std::to_string(time / hours(1)) + "h";
  if (time % seconds(1) == milliseconds(0)) return std::to_string(time / seconds(1)) + "s";
  return std::to_string(time.count()) + "ms";
}

// Host and port at the start of `text`, to be repeated; "host[:port]" when there is anything else before the path.
std::string_view host_of(std::string_view text) {
  const std::string_view host = text.substr(0, text.find_first_of("/?#"));
  const bool plain = !host.empty() && text.find('@') == std::string_view::npos &&
                     std::all_of(host.begin(), host.end(), [](char c) { return is_name_character(c) || c == ':'; });
  return plain ? host : kAnyHost;
}

std::string with_scheme(std::string_view scheme, std::string_view host) {
  return std::string(scheme) + "://" + std::string(host);
}

// "rtmp:media", "rtmp:/media", "balancer:media".
std::string expected_after_one_colon(std::string_view text) {
  for (const std::string_view scheme : {"rtmp", "rtmps", "rtmpt", "balancer"}) {
    if (lowered(text.substr(0, scheme.size() + 1)) != std::string(scheme) + ":") continue;
    const std::string_view rest = text.substr(std::min(text.find_first_not_of('/', scheme.size() + 1), text.size()));
    return "two slashes after the colon, as in " +
           with_scheme(scheme, scheme == "balancer" && host_of(rest) == kAnyHost ? "name" : host_of(rest));
  }
  return {};
}

} // namespace

std::string expected_instead_of_url(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  const std::string scheme = lowered(text.substr(0, scheme_end));
  if (scheme_end != std::string_view::npos) {
    for (const Foreign& foreign : kForeign)
      if (scheme == foreign.scheme)
        return with_scheme(foreign.ours, host_of(text.substr(scheme_end + 3))) + ": " + std::string(foreign.why);
    return std::string(kShape);
  }
  if (text.starts_with('/'))
    return "rtmp://host[:port], rtmps://host[:port] or rtmpt://host[:port] at once: the directive takes no path, "
           "application and stream come"
           " from the client's own URL";
  if (scheme == "off" || scheme == "none" || scheme == "no") return "!, which turns it off, or a URL";
  if (std::string advice = expected_after_one_colon(text); !advice.empty()) return advice;
  if (host_of(text) == text && text.find_first_of(".:") != std::string_view::npos)
    return with_scheme("rtmp", text) + " for a server that takes RTMP, or " + with_scheme("rtmpt", kAnyHost) +
           " for one that takes RTMPT";
  return std::string(kShape);
}

bool is_foreign_stream_url(std::string_view text) {
  const std::string scheme = lowered(text.substr(0, text.find("://")));
  return scheme.size() < text.size() && scheme.starts_with("rtmp") &&
         std::any_of(kForeign.begin(), kForeign.end(), [&](const Foreign& one) { return one.scheme == scheme; });
}

std::string quoted_server(std::string_view text) {
  return quoted_url(text);
}

std::string expected_time(std::string_view text, milliseconds minimum, milliseconds maximum) {
  const std::string range = "a time between " + written(minimum) + " and " + written(maximum);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (text.find_first_of(".,") <= digits)
    return range + ", a whole number with ms, s, min or h after it: 500ms rather than 0.5s";
  if (digits == 0) return range + ", such as 500ms or 15s";
  if (digits == text.size() && digits < 10) { // the number may have been meant as milliseconds
    const milliseconds meant(std::stoll(std::string(text)));
    return range + "; a plain number is seconds" +
           (meant >= minimum && meant <= maximum ? ", milliseconds are " + std::string(text) + "ms" : "");
  }
  return range + ", with one of the units ms, s, min or h and no blank, such as 500ms or 15s";
}

std::string expected_header_name(std::string_view text, std::string_view example) {
  std::string expected = "the name of a header, such as " + std::string(example);
  if (text.starts_with('/') || text.starts_with('^'))
    return expected + ": the directive takes no path and no pattern in its place";
  if (text.ends_with(':')) return expected + ", without the colon";
  if (text.find(": ") != std::string_view::npos)
    return expected + ", without the colon, and what follows it as a word of its own";
  if (text.find(',') != std::string_view::npos) return expected + ": one header and no list";
  return expected;
}

} // namespace rtmpt_proxy::policy
