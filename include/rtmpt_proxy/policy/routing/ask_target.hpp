// SPDX-License-Identifier: Apache-2.0
// What httpd is asked about a client of RTMP, from what the client's connect says: which virtual host, and which path.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/adobe_login.hpp>
#include <rtmpt_proxy/protocol/rtmp/client_greeting.hpp>
#include <rtmpt_proxy/protocol/rtmp/stream_gate.hpp>
#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

inline constexpr std::size_t kMaxAskHostBytes = 255;
inline constexpr std::size_t kMaxAskPathBytes = 1024;  // before it is escaped
inline constexpr std::size_t kMaxAskQueryBytes = 2000; // likewise; escaped it fits into a header of httpd's 8 KiB

enum class AskError : std::uint8_t {
  none,
  bad_host, // a character that no host has, or over kMaxAskHostBytes
  odd_path, // "." or ".." or nothing between two slashes: httpd would ask about another path than the server opens
  control_in_app,   // a byte below 32, or 127
  percent_in_app,   // some media servers would decode it, and open another path
  odd_app,          // a character or word in it that media servers read differently
  odd_url,          // tcUrl is no scheme://host[:port]/application, and some media servers go by it
  other_app_in_url, // tcUrl has another application or query than app, and some media servers go by tcUrl
  app_too_long,     // over kMaxAskPathBytes
  query_too_long,   // over kMaxAskQueryBytes
};

// A short sentence for a log; it quotes nothing of the client.
std::string_view to_string(AskError error);

struct AskTarget {
  AskError error = AskError::none;
  std::string host;  // of tcUrl, with the port if it names one, for the Host header; empty: the client names none
  std::string path;  // "/live": the application without its query, escaped for a request line
  std::string query; // of the application, as it was sent: a secret, perhaps
  // "user:password": of the application's query (user=, pass=), else of tcUrl; empty: none. A secret.
  std::string credentials{};
  std::optional<protocol::AdobeLogin> login{}; // what the application's query is, where it is nothing else
  bool publishes = false;                      // the client says that it will publish
  bool operator==(const AskTarget&) const = default;
};

// tcUrl is a claim, as a Host header is: it chooses among the virtual hosts of the address that the client reached, and
// proves nothing. A connect without tcUrl is asked about by its app alone: media servers that go by tcUrl refuse it.
// Everything but letters, digits and -._~/ is escaped in the path, also '%', so that httpd, which
// decodes a path once, asks about the very bytes that the media server gets. "/_definst_" at the end, by which media
// servers mean an application's usual instance, is left out.
AskTarget ask_target(const protocol::ConnectRequest& connect);

// The headers that carry to httpd the query of the application or of the stream's name, which httpd logs nowhere; with
// a stream's name, the query of its application; the key of the virtual host that has the session; and that yes may be
// said only where a rule is about the request.
inline constexpr std::string_view kAskQueryHeader = "RTMPT-Query";
inline constexpr std::string_view kAskAppQueryHeader = "RTMPT-App-Query";
inline constexpr std::string_view kAskVhostHeader = "RTMPT-Vhost";
inline constexpr std::string_view kAskRuleHeader = "RTMPT-Needs-Rule";
// The path that httpd's logs have in the place of the one that is asked about; see RTMPTHideStreamName.
inline constexpr std::string_view kAskShownPathHeader = "RTMPT-Shown-Path";
// What a client says of itself by Adobe's authmod, percent-encoded; only with a challenge that was good, or with none.
inline constexpr std::string_view kAskLoginHeader = "RTMPT-Login";
// The client says that it will publish.
inline constexpr std::string_view kAskPublishesHeader = "RTMPT-Publishes";
// For a callback: see policy/callbacks/callback_form.hpp.
inline constexpr std::string_view kAskSessionFormHeader = "RTMPT-Session-Form";
inline constexpr std::string_view kAskStreamFormHeader = "RTMPT-Stream-Form";

// OPEN, PUBLISH or PLAY: what httpd's rules call such a command.
std::string_view ask_method(protocol::GatedKind kind);

// A question to httpd. The texts must live during the call of ask_request() only.
struct AskRequest {
  std::string_view method;        // OPEN, PUBLISH, PLAY or DONE
  std::string_view path;          // escaped
  std::string_view host;          // empty: `destination` stands for it
  std::string_view flash_version; // what the client calls itself; empty: nothing
  std::string_view query;
  std::string_view vhost;                      // VhostKey::text(); empty: any virtual host may answer
  std::string_view credentials;                // "user:password"; empty: none
  std::string_view shown_path{};               // for logs, escaped; empty: `path`
  protocol::Endpoint destination{};            // what the client connected to
  const protocol::AdobeLogin* login = nullptr; // null: none
  bool publishes = false;
  std::string_view app_query{};    // of a stream's application
  std::string_view session_form{}; // both empty: no callback wants them
  std::string_view stream_form{};
  bool needs_rule = false; // without a rule about the request the answer is no
};

// The request by which httpd is asked: "PUBLISH /live/cam1 HTTP/1.1" and its headers. Characters of the client that a
// header must not have are escaped, and its name for itself is cut.
std::string ask_request(const AskRequest& ask);

// The same for a connect: "OPEN /live HTTP/1.1".
std::string ask_request(const AskTarget& target, std::string_view flash_version, const protocol::Endpoint& destination);

} // namespace rtmpt_proxy::policy
