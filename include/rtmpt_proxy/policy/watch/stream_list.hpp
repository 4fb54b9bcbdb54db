// SPDX-License-Identifier: Apache-2.0
// The list of a hub's streams for pages of the site: which requests want it, and how it is written.
#pragma once

#include <rtmpt_proxy/protocol/messages/stream_list_messages.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// The application whose streams a request for "/live/?streams" wants: "live". `path` is that of the request, as httpd
// has decoded and normalised it, `query` what stands behind its '?'; more may stand there behind "streams&" or
// "streams=". Empty for every other request, and for an application that no client of RTMP is asked about.
std::optional<std::string> app_of_list(std::string_view path, std::string_view query);

// One JSON object and a line's end, as docs/hub.md describes it. Of the names, `name` is for people: bytes that are no
// UTF-8 are replaced. `path` has every byte, escaped for a URL.
std::string stream_list_json(std::string_view app, const protocol::StreamList& list);

} // namespace rtmpt_proxy::policy
