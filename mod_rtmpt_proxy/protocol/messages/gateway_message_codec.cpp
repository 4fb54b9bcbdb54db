// SPDX-License-Identifier: Apache-2.0
#include "protocol/messages/gateway_message_codec.hpp"

#include "protocol/messages/gateway_message_fields.hpp"

#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::size_t kMessageTypes = std::variant_size_v<GatewayMessage>;
constexpr std::uint16_t kMinStatus = 200;
constexpr std::uint16_t kMinRefusal = 400;
constexpr std::uint16_t kMaxStatus = 599;

class PayloadWriter {
 public:
  explicit PayloadWriter(std::string& out) : out_(out) {}

  void operator()(const auto&... values) { (put(values), ...); }

 private:
  void put(bool value) { put_u8(out_, value ? 1 : 0); }
  void put(std::uint8_t value) { put_u8(out_, value); }
  void put(std::uint16_t value) { put_u16(out_, value); }
  void put(std::uint32_t value) { put_u32(out_, value); }
  void put(std::uint64_t value) { put_u64(out_, value); }
  void put(const std::string& text) { put_text16(out_, text); }
  template <class Kind>
  void put(const DistinctSecret<Kind>& secret) {
    put_text16(out_, secret.secret());
  }
  template <class Kind>
  void put(const DistinctText<Kind>& text) {
    put_text16(out_, text.text());
  }
  void put(Bulk<const std::string> bulk) { put_text32(out_, bulk.text); }

  // 32 bits of milliseconds are 49 days, more than any setting allows.
  void put(std::chrono::milliseconds time) {
    constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
    put_u32(out_, static_cast<std::uint32_t>(std::clamp<std::int64_t>(time.count(), 0, kMost)));
  }

  // Sixteen bytes, for an IPv4 address ::ffff:a.b.c.d: the form that IpAddress keeps.
  void put(const IpAddress& address) {
    for (const std::uint8_t byte : address.v6_bytes())
      put_u8(out_, byte);
  }

  void put(const SessionFacts& facts) { fields(*this, facts); }

  template <class E>
  requires std::is_enum_v<E>
  void put(E value) { put_u8(out_, static_cast<std::uint8_t>(value)); }

  template <class T>
  void put(const std::vector<T>& list) {
    put_u16(out_, static_cast<std::uint16_t>(list.size()));
    for (const T& one : list)
      fields(*this, one);
  }

  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }

  std::string& out_;
};

bool has_short_texts(const Member& member) {
  const auto is_short = [](const std::string& text) { return text.size() <= kMaxMemberTextBytes; };
  return is_short(member.server_name) && is_short(member.balancer) && is_short(member.backend.host) &&
         is_short(member.url);
}

bool are_bounded(const std::vector<TrustFile>& files) {
  std::size_t certificate_bytes = 0;
  bool names = true;
  for (const TrustFile& file : files) {
    certificate_bytes += file.certificates.size();
    names = names && !file.name.empty() && file.name.size() <= kMaxTrustNameBytes;
  }
  return names && certificate_bytes <= kMaxTrustBytes;
}

bool are_whole(const TlsTickets& tickets) {
  return (tickets.keys.empty() || tickets.keys.size() == kTlsTicketKeysBytes) &&
         tickets.context.size() <= kMaxTlsContextBytes;
}

bool is_in_range(const TlsServer& server) {
  constexpr std::uint32_t kMostSecurityLevel = 5;
  return !server.id.empty() && server.id.size() <= kMaxTlsIdBytes && server.security_level <= kMostSecurityLevel &&
         are_whole(server.tickets);
}

bool are_bounded(const std::vector<TlsServer>& servers) {
  std::size_t bytes = 0;
  for (const TlsServer& server : servers)
    for (const TlsIdentity& identity : server.identities)
      bytes += identity.certificates.size() + identity.key.size();
  return bytes <= kMaxTlsServersBytes && std::all_of(servers.begin(), servers.end(), is_in_range);
}

class PayloadReader {
 public:
  explicit PayloadReader(std::string_view payload) : bytes_(payload) {}

  void operator()(auto&&... values) { (get(values), ...); }

  bool finished() const { return in_range_ && bytes_.finished(); }

 private:
  void get(bool& value) { value = enumerator<std::uint8_t>(0, 1) == 1; }
  void get(std::uint8_t& value) { value = bytes_.u8(); }
  void get(std::uint16_t& value) { value = bytes_.u16(); }
  void get(std::uint32_t& value) { value = bytes_.u32(); }
  void get(std::uint64_t& value) { value = bytes_.u64(); }
  void get(TunnelRequestKind& value) { value = enumerator(TunnelRequestKind::ident, TunnelRequestKind::close); }
  void get(Refusal& value) { value = enumerator(Refusal::backend_unreachable, Refusal::too_many_viewers); }
  void get(BackendKind& value) { value = enumerator(BackendKind::rtmp, BackendKind::hub); }
  void get(ViewerFraming& value) { value = enumerator(ViewerFraming::none, ViewerFraming::websocket); }
  void get(StatusForm& value) { value = enumerator(StatusForm::json, StatusForm::summary); }
  void get(MemberCondition& value) { value = enumerator(MemberCondition::ok, MemberCondition::unknown); }
  void get(SessionLogKind& value) { value = enumerator(SessionLogKind::file, SessionLogKind::syslog); }
  void get(StreamKind& value) { value = enumerator(StreamKind::none, StreamKind::play); }
  void get(ClientForwarding& value) { value = enumerator(ClientForwarding::none, ClientForwarding::srs); }
  void get(std::string& text) { text = bytes_.text16(); }
  template <class Kind>
  void get(DistinctSecret<Kind>& secret) {
    secret = DistinctSecret<Kind>(std::string(bytes_.text16()));
  }
  template <class Kind>
  void get(DistinctText<Kind>& text) {
    text = DistinctText<Kind>(std::string(bytes_.text16()));
  }
  void get(Bulk<std::string>& bulk) { bulk.text = bytes_.text32(); }
  void get(std::chrono::milliseconds& time) { time = std::chrono::milliseconds(bytes_.u32()); }

  void get(IpAddress& address) {
    std::array<std::uint8_t, kIpv6Bytes> bytes{};
    for (std::uint8_t& byte : bytes)
      byte = bytes_.u8();
    address = IpAddress(bytes);
  }

  void get(SessionFacts& facts) { fields(*this, facts); }
  void get(std::vector<Candidate>& candidates) { get_list(candidates, 1, kMaxCandidates); }
  void get(std::vector<Member>& members) {
    get_list(members, 0, kMaxMembers);
    in_range_ = in_range_ && std::all_of(members.begin(), members.end(), has_short_texts);
  }
  void get(std::vector<TrustFile>& files) {
    get_list(files, 0, kMaxTrustFiles);
    in_range_ = in_range_ && are_bounded(files);
  }
  void get(std::vector<TlsServer>& servers) {
    get_list(servers, 0, kMaxTlsServers);
    in_range_ = in_range_ && are_bounded(servers);
  }
  void get(std::vector<TlsIdentity>& identities) { get_list(identities, 1, kMaxTlsIdentities); }
  void get(std::vector<TlsCommand>& commands) { get_list(commands, 0, kMaxTlsCommands); }
  void get(std::vector<ListedStream>& streams) { get_list(streams, 0, kMaxListedStreams); }
  void get(std::vector<SessionLogTarget>& targets) { get_list(targets, 0, kMaxSessionLogs); }

  template <class T>
  void get_list(std::vector<T>& list, std::size_t fewest, std::size_t most) {
    const std::size_t count = bytes_.u16();
    in_range_ = in_range_ && count >= fewest && count <= most;
    for (std::size_t i = 0; in_range_ && i < count; ++i)
      fields(*this, list.emplace_back());
  }

  template <class T>
  void get(std::optional<T>& value) {
    value.reset();
    bool present = false;
    get(present);
    if (present) get(value.emplace());
  }

  // One byte that must lie between two values of its type.
  template <class E>
  E enumerator(E first, E last) {
    const std::uint8_t byte = bytes_.u8();
    if (byte >= static_cast<std::uint8_t>(first) && byte <= static_cast<std::uint8_t>(last))
      return static_cast<E>(byte);
    in_range_ = false;
    return first;
  }

  ByteReader bytes_;
  bool in_range_ = true;
};

bool is_refusal(std::uint16_t status) {
  return status >= kMinRefusal && status <= kMaxStatus;
}

bool in_range(const auto&) {
  return true;
}
bool in_range(const Hello& hello) {
  return hello.loops >= 1 && hello.loops <= kMaxGatewayLoops && is_gateway_tag(hello.tag);
}

bool in_range(const GatewaySettings& settings) {
  constexpr std::uint8_t kMaxFacility = 23; // RFC 5424, table 1
  const bool facilities = std::all_of(settings.session_logs.begin(), settings.session_logs.end(),
                                      [](const SessionLogTarget& target) { return target.facility <= kMaxFacility; });
  return facilities && settings.most_asks >= 1 && settings.sessions_per_loop >= 1 &&
         settings.sessions_per_loop <= kMaxSessionsPerLoop;
}

bool in_range(const Reply& reply) {
  return reply.status >= kMinStatus && reply.status <= kMaxStatus;
}

bool in_range(const BodyPiece& piece) {
  const bool says_why = piece.cut && (piece.refused == 0 || is_refusal(piece.refused));
  return piece.bytes.size() <= kMaxBodyPieceBytes && (piece.cut ? piece.last && says_why : piece.refused == 0);
}

bool in_range(const RequestRefused& refused) {
  return is_refusal(refused.status);
}

bool in_range(const Choose& choose) {
  return std::all_of(choose.candidates.begin(), choose.candidates.end(),
                     [](const Candidate& candidate) { return candidate.weight >= 1; });
}

bool in_range(const EndSession& end) {
  return end.ban <= kMaxBan;
}

bool in_range(const StatusPiece& piece) {
  return piece.bytes.size() <= kMaxStatusPieceBytes;
}

template <std::size_t Index>
bool decode_as(std::string_view payload, GatewayMessage& message) {
  std::variant_alternative_t<Index, GatewayMessage> value;
  PayloadReader reader(payload);
  fields(reader, value);
  if (!reader.finished() || !in_range(value)) return false;
  message = std::move(value);
  return true;
}

template <std::size_t... Indices>
constexpr auto decoders(std::index_sequence<Indices...>) {
  return std::array{&decode_as<Indices>...};
}

} // namespace

std::uint8_t message_type(const GatewayMessage& message) {
  return static_cast<std::uint8_t>(message.index() + 1);
}

bool is_message_type(std::uint8_t type) {
  return type >= 1 && type <= kMessageTypes;
}

void append_payload(std::string& out, const GatewayMessage& message) {
  PayloadWriter writer(out);
  std::visit([&writer](const auto& value) { fields(writer, value); }, message);
}

bool decode_payload(std::uint8_t type, std::string_view payload, GatewayMessage& message) {
  static constexpr auto kDecoders = decoders(std::make_index_sequence<kMessageTypes>{});
  return is_message_type(type) && kDecoders[type - 1u](payload, message);
}

} // namespace rtmpt_proxy::protocol
