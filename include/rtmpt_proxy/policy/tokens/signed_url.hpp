// SPDX-License-Identifier: Apache-2.0
// URLs of streams with a token behind them, as rtmptctl prints them.
#pragma once

#include <rtmpt_proxy/policy/tokens/stream_token.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// A stream's URL, taken apart. `before_name` and `name` are what encoders call server and stream key.
struct StreamUrl {
  std::string host;        // without its port
  std::string path;        // "/live/cam1", of http:// without .flv
  std::string before_name; // "rtmp://live.example.com/live"
  std::string name;        // "cam1?a=b"
  bool is_view = false;    // http:// or https://, by which a stream can only be played
  std::string error;       // what is wrong with the URL and what was expected; empty: nothing
};

// Takes rtmp://, rtmps://, rtmpt://, rtmpts://, http:// and https://. A query that has a token already is an error.
StreamUrl parse_stream_url(std::string_view text);

struct SigningOrder {
  std::string_view method; // "PUBLISH" or "PLAY"
  std::uint64_t expires = 0;
  std::string_view address; // empty: any
};

// The name with a token behind it: "cam1?a=b&token=…&expires=…".
std::string signed_name(const StreamUrl& url, const TokenKey& key, const SigningOrder& order,
                        protocol::KeyedDigestFunction digest);

} // namespace rtmpt_proxy::policy
