// SPDX-License-Identifier: Apache-2.0
// Requests as an RTMPT server gets them, read strictly.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

// One request, whole.
struct RtmptRequest {
  std::string kind; // "open", "send", "idle" or "close"
  std::string id;   // of the session; an open has none
  std::uint32_t number = 0;
  std::string head; // request line and headers, with the empty line
  std::string body;

  // What the server adds to it.
  std::size_t connection = 0; // the server's connections are counted from 0
  std::size_t session = 0;    // so are its sessions; the one that an open opens
  std::chrono::steady_clock::time_point at;
  std::size_t unanswered = 0; // requests before it on its connection whose answers had not gone out yet

  // The value of the header of exactly this spelling, or nothing.
  std::optional<std::string> header(std::string_view name) const;
};

// A request that no client of ours may send; the text says why and quotes it.
struct BadRequest : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Takes the first request off the front of `bytes`; nothing when it is not whole yet. Throws BadRequest when it is no
// POST in HTTP/1.1 of one of the four targets, has not exactly one Content-Length, or is chunked.
std::optional<RtmptRequest> take_request(std::string& bytes);

} // namespace rtmpt_proxy::test
