// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>
#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace rtmpt_proxy::protocol {

namespace {

struct Verb {
  std::string_view prefix;
  TunnelRequestKind kind;
};

constexpr std::array<Verb, 4> kVerbsWithSession{{
    {"/send/", TunnelRequestKind::send},
    {"/idle/", TunnelRequestKind::idle},
    {"/idel/", TunnelRequestKind::idle},
    {"/close/", TunnelRequestKind::close},
}};
constexpr std::string_view kOpen = "/open/1";
constexpr std::array<std::string_view, 2> kIdents{"/fcs/ident2", "/fcs/ident"};
constexpr std::size_t kMaxNumberDigits = 10; // of 2^32 - 1

struct Claim {
  TunnelRequestKind kind = TunnelRequestKind::ident;
  std::string_view session_id; // empty for ident and open
  std::string_view rest;       // what follows the id
};

std::string_view without_query(std::string_view path) {
  return path.substr(0, path.find('?'));
}

std::optional<Claim> claim_of(std::string_view path) {
  path = without_query(path);
  for (const Verb& verb : kVerbsWithSession) {
    if (!path.starts_with(verb.prefix)) continue;
    path.remove_prefix(verb.prefix.size());
    const std::string_view id = path.substr(0, path.find('/'));
    if (!is_session_id(id)) return std::nullopt;
    return Claim{verb.kind, id, path.substr(id.size())};
  }
  if (path == kOpen) return Claim{TunnelRequestKind::open, {}, {}};
  if (std::find(kIdents.begin(), kIdents.end(), path) != kIdents.end()) return Claim{TunnelRequestKind::ident, {}, {}};
  return std::nullopt;
}

std::optional<std::uint32_t> parse_sequence_number(std::string_view text) {
  if (text.size() > kMaxNumberDigits) return std::nullopt;
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number); // unsigned: takes no sign, no blank
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

// Takes what follows the id, "[/[<number>]]", into `target`.
TargetError parse_number_part(std::string_view rest, RtmptTarget& target) {
  if (rest.starts_with('/')) rest.remove_prefix(1);
  if (rest.empty() && target.kind == TunnelRequestKind::close) return TargetError::none;
  target.sequence_number = parse_sequence_number(rest);
  return target.sequence_number ? TargetError::none : TargetError::bad_sequence_number;
}

} // namespace

std::string_view to_string(TunnelRequestKind kind) {
  switch (kind) {
  case TunnelRequestKind::ident: return "ident";
  case TunnelRequestKind::open: return "open";
  case TunnelRequestKind::send: return "send";
  case TunnelRequestKind::idle: return "idle";
  case TunnelRequestKind::close: return "close";
  }
  return "unknown";
}

std::string_view to_string(TargetError error) {
  switch (error) {
  case TargetError::none: return "the target is good";
  case TargetError::not_a_tunnel_target:
    return "the target is none of /open/1, /fcs/ident2, and /send/, /idle/ and /close/ with a session id";
  case TargetError::too_long: return "the target is over 256 bytes";
  case TargetError::bad_sequence_number: return "the sequence number is not 1 to 10 decimal digits that fit 32 bits";
  }
  return "the target has an unknown error";
}

TargetResult parse_rtmpt_target(std::string_view path) {
  TargetResult result;
  const std::optional<Claim> claim = claim_of(path);
  if (!claim) {
    result.error = TargetError::not_a_tunnel_target;
    return result;
  }
  result.target.kind = claim->kind;
  result.target.session_id = claim->session_id;
  if (path.size() > kMaxTargetBytes) {
    result.error = TargetError::too_long;
  } else if (claim->kind != TunnelRequestKind::ident && claim->kind != TunnelRequestKind::open) {
    result.error = parse_number_part(claim->rest, result.target);
  }
  return result;
}

bool is_tunnel_target(std::string_view path) {
  return claim_of(path).has_value();
}

} // namespace rtmpt_proxy::protocol
