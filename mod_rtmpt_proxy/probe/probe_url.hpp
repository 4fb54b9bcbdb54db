// SPDX-License-Identifier: Apache-2.0
// The URL that a probe tries: what an encoder or a player is given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::probe {

struct ProbeUrl {
  bool tls = false;       // rtmpts://
  std::string host;       // a name or an address, lower case; an IPv6 address without its brackets
  std::uint16_t port = 0; // 80 or 443 unless the URL has another
  std::string app;        // with its query; empty: none, so that no application is asked for
};

// "host:port", with brackets around an IPv6 address: what clients send as Host.
std::string authority(const ProbeUrl& url);

// "rtmpts://host:port/app": the tcUrl of the connect command.
std::string tc_url(const ProbeUrl& url);

// The same without the query, which can be a secret: for people.
std::string shown_url(const ProbeUrl& url);

struct ProbeUrlResult {
  ProbeUrl url;
  std::string error; // empty when `url` is good; else what was expected
};

// Accepts rtmpt://host[:port][/app[/instance][/stream]] and rtmpts:// likewise. The name of a stream, often a secret,
// is left out: as ffmpeg has it, of two parts of the path the first is the application, of three or more the first two.
ProbeUrlResult parse_probe_url(std::string_view text);

} // namespace rtmpt_proxy::probe
