// SPDX-License-Identifier: Apache-2.0
// Adobe's authmod: how a client of RTMP proves at connect that it knows a password. It is in no specification; known
// from the open clients (ffmpeg, librtmp, which is in OBS Studio, and GStreamer). Each step is a connection of its own,
// which the server ends by refusing the connect. The client speaks in the query of the application, in app and tcUrl
// alike, and the server in the description of its refusal:
//
//   live                                                     ->
//        <- [ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] :
//   live?authmod=adobe&user=U                                ->
//        <- [ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=U&salt=S&challenge=O&opaque=O
//   live?authmod=adobe&user=U&challenge=C&response=R&opaque=O ->     R = b64(md5(b64(md5(U S password)) O C))
//        <- the connect succeeds, or [ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=authfailed
//
// With ":realm:" for the salt S the inner hash is what `htdigest` writes for a user of that realm.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

inline constexpr std::size_t kMaxLoginUserBytes = 128;
inline constexpr std::size_t kMaxLoginFieldBytes = 128; // of each other field
inline constexpr std::size_t kMaxLoginRealmBytes = 128;

// What a client says of itself. The texts have no control characters, and no '&'. The last three are all empty in the
// step in which a client only names itself, and all there in the step after it.
struct AdobeLogin {
  std::string user;      // without ':'
  std::string opaque;    // of the server's challenge
  std::string challenge; // the client's own
  std::string response;
  bool answers() const { return !response.empty(); }
  bool operator==(const AdobeLogin&) const = default;
};

// The login in the query of an application. Unset when it is none, has another field beside, or one twice or too long:
// what a client adds to the application by itself has exactly these.
std::optional<AdobeLogin> read_adobe_login(std::string_view query);

// The same written as a query.
std::string to_query(const AdobeLogin& login);

// The descriptions of a refusal: a password is wanted; the challenge for that user; the login was wrong.
std::string adobe_wants_login();
std::string adobe_challenge(std::string_view user, std::string_view realm, std::string_view opaque);
std::string adobe_login_failed();

// Whether a realm can be told to a client: not empty, at most kMaxLoginRealmBytes, and without '&', ':', control
// characters and bytes beyond ASCII, which clients would read as the end of it or write otherwise.
bool is_adobe_realm(std::string_view realm);

} // namespace rtmpt_proxy::protocol
