// SPDX-License-Identifier: Apache-2.0
// Tokens in the query of a stream: who has one may publish or play that stream until it expires.
//
//   rtmp://live.example.com/live/cam1?token=2026a.9f3c…&expires=1790000000
//                                           id    HMAC   seconds since 1970
//
//   HMAC-SHA256, as 64 small hexadecimal digits, with the key `id` over five lines, each of which ends with "\n":
//     PUBLISH or PLAY
//     live.example.com     the host in the URL, in small letters, without its port and the brackets of IPv6
//     /live/cam1           the stream; "/live/" means everything in that folder, and "/live"
//     1790000000           as in expires=
//     192.0.2.7            the only address that may use it; empty: any
#pragma once

#include <rtmpt_proxy/policy/tokens/token_keys.hpp>
#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// Whose clocks differ by no more than this may still use a token that has expired.
inline constexpr std::chrono::seconds kTokenClockSkew{60};
inline constexpr std::uint64_t kMostTokenExpiry = 99'999'999'999; // 11 digits

// What a token is good for.
struct TokenRight {
  std::string_view method; // "PUBLISH" or "PLAY"
  std::string_view host;
  std::string_view path;
  std::uint64_t expires = 0;
  std::string_view address; // empty: any
};

// "token=ID.HMAC&expires=N", for the query of a stream. May throw what `digest` throws.
std::string signed_query(const TokenKey& key, const TokenRight& right, protocol::KeyedDigestFunction digest);

enum class TokenFault : std::uint8_t {
  none,
  missing,     // no token= at all
  malformed,   // token= or expires= is not written as above, comes twice, or one of them alone
  unknown_key, // the file has no key of that id
  expired,     // over kTokenClockSkew ago
  other,       // signed for another method, host, path, time or address, or not with that key
  only_folder, // a token behind the application that is not for all of it
};

// A short sentence about the client for a log; it quotes nothing.
std::string_view to_string(TokenFault fault);

// A request for a stream, as httpd has it.
struct TokenRequest {
  std::string_view method;    // "PUBLISH" or "PLAY"
  std::string_view host;      // without its port; in any case of letters
  std::string_view path;      // not escaped
  std::string_view address;   // of the client, as httpd writes it
  std::string_view query;     // of the stream
  std::string_view app_query; // of the application: counts when the stream's has no token
};

// `now` is in seconds since 1970. Behind an application only a token for its whole folder is good: where tcUrl has a
// query, some media servers open the application and leave the stream's name out. Compares in constant time. May throw
// what `digest` throws.
TokenFault judge_token(const TokenRequest& request, const TokenKeys& keys, std::uint64_t now,
                       protocol::KeyedDigestFunction digest);

// Whether the query may carry a token, whatever it is worth: it has both fields of one. For logs, which leave it out.
bool looks_like_token(std::string_view query);

// The path of the stream that a viewer's GET asks for: "/live/cam1" of "/live/cam1.flv".
std::string_view path_of_view(std::string_view path);

} // namespace rtmpt_proxy::policy
