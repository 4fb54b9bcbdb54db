#include <rtmpt_proxy/protocol/rtmpt_target.hpp>

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
constexpr std::string_view kIdentPrefix = "/fcs/ident";
constexpr std::size_t kMaxNumberDigits = 10; // of 2^32 - 1

struct Claim {
  TunnelRequestKind kind = TunnelRequestKind::ident;
  std::string_view rest; // what follows the verb; empty for ident and open
};

std::string_view without_query(std::string_view path) {
  return path.substr(0, path.find('?'));
}

std::optional<Claim> claim_of(std::string_view path) {
  path = without_query(path);
  for (const Verb& verb : kVerbsWithSession) {
    if (path.starts_with(verb.prefix)) return Claim{verb.kind, path.substr(verb.prefix.size())};
  }
  if (path == kOpen) return Claim{TunnelRequestKind::open, {}};
  if (path.starts_with(kIdentPrefix)) return Claim{TunnelRequestKind::ident, {}};
  return std::nullopt;
}

// Ranges instead of isalnum(): the locale has no say in what an id is.
bool is_id_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

TargetError check_session_id(std::string_view id) {
  if (id.size() > kMaxSessionIdBytes) return TargetError::session_id_too_long;
  if (id.empty()) return TargetError::malformed_session_id;
  for (const char c : id) {
    if (!is_id_character(c)) return TargetError::malformed_session_id;
  }
  return TargetError::none;
}

std::optional<std::uint32_t> parse_sequence_number(std::string_view text) {
  if (text.size() > kMaxNumberDigits) return std::nullopt;
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number); // unsigned: takes no sign, no blank
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

// Splits "<id>[/<number>]", what follows the verb, into `target`.
TargetError parse_session_part(std::string_view rest, RtmptTarget& target) {
  const std::size_t slash = rest.find('/');
  target.session_id = rest.substr(0, slash);
  if (const TargetError error = check_session_id(target.session_id); error != TargetError::none) return error;
  const std::string_view number = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  if (number.empty() && target.kind == TunnelRequestKind::close) return TargetError::none;
  target.sequence_number = parse_sequence_number(number);
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
  case TargetError::not_a_tunnel_target: return "the target is none of /open/1, /send/, /idle/, /close/ and /fcs/ident";
  case TargetError::too_long: return "the target is over 256 bytes";
  case TargetError::session_id_too_long: return "the session id is over 64 characters";
  case TargetError::malformed_session_id:
    return "the session id is empty or has a character other than A-Z a-z 0-9 - _";
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
  if (path.size() > kMaxTargetBytes) {
    result.error = TargetError::too_long;
  } else if (claim->kind != TunnelRequestKind::ident && claim->kind != TunnelRequestKind::open) {
    result.error = parse_session_part(claim->rest, result.target);
  }
  return result;
}

bool is_tunnel_target(std::string_view path) {
  return claim_of(path).has_value();
}

} // namespace rtmpt_proxy::protocol
