// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::string_view kAskMagic = "RTMPTask";
constexpr std::uint8_t kAskPreambleVersion = 2;

void put_endpoint(std::string& out, const Endpoint& endpoint) {
  for (const std::uint8_t byte : endpoint.address.v6_bytes())
    put_u8(out, byte);
  put_u16(out, endpoint.port);
}

Endpoint get_endpoint(ByteReader& bytes) {
  std::array<std::uint8_t, kIpv6Bytes> address{};
  for (std::uint8_t& byte : address)
    byte = bytes.u8();
  return {IpAddress(std::span<const std::uint8_t, kIpv6Bytes>(address)), bytes.u16()};
}

} // namespace

std::string encode(const AskPreamble& preamble) {
  std::string out(kAskMagic);
  put_u8(out, static_cast<std::uint8_t>(preamble.kind));
  put_u8(out, preamble.over_tls ? 1 : 0);
  put_u8(out, kAskPreambleVersion);
  put_u64(out, preamble.ticket);
  put_endpoint(out, preamble.client.source);
  put_endpoint(out, preamble.client.destination);
  const std::string_view server = std::string_view(preamble.tls_server_name).substr(0, kMaxTlsServerNameBytes);
  const std::string_view session = std::string_view(preamble.session_name.text()).substr(0, kMaxAskSessionNameBytes);
  put_u16(out, static_cast<std::uint16_t>(server.size()));
  put_u16(out, static_cast<std::uint16_t>(session.size()));
  return out.append(server).append(session);
}

std::size_t AskPreambleReader::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (state_ == AskPreambleState::need_more && taken < bytes.size()) {
    const std::size_t count = std::min(wanted_bytes_ - held_.size(), bytes.size() - taken);
    held_.append(bytes.substr(taken, count));
    taken += count;
    if (held_.size() < wanted_bytes_) break;
    if (wanted_bytes_ == kAskPreambleFixedBytes) take_fixed_part();
    if (state_ == AskPreambleState::need_more && held_.size() == wanted_bytes_) {
      preamble_.tls_server_name = held_.substr(kAskPreambleFixedBytes, server_name_bytes_);
      preamble_.session_name = SessionName(held_.substr(kAskPreambleFixedBytes + server_name_bytes_));
      state_ = AskPreambleState::done;
    }
  }
  return taken;
}

void AskPreambleReader::take_fixed_part() {
  ByteReader fields(std::string_view(held_).substr(kAskMagic.size()));
  const std::uint8_t kind = fields.u8();
  const std::uint8_t over_tls = fields.u8();
  const bool known = held_.starts_with(kAskMagic) && fields.u8() == kAskPreambleVersion && over_tls <= 1 &&
                     kind >= static_cast<std::uint8_t>(AskKind::ask) &&
                     kind <= static_cast<std::uint8_t>(AskKind::relay);
  preamble_.kind = static_cast<AskKind>(kind);
  preamble_.over_tls = over_tls == 1;
  preamble_.ticket = fields.u64();
  preamble_.client.source = get_endpoint(fields);
  preamble_.client.destination = get_endpoint(fields);
  server_name_bytes_ = fields.u16();
  const std::size_t session_name_bytes = fields.u16();
  wanted_bytes_ += server_name_bytes_ + session_name_bytes;
  const bool bounded = server_name_bytes_ <= kMaxTlsServerNameBytes && session_name_bytes <= kMaxAskSessionNameBytes;
  if (!known || preamble_.ticket == 0 || !bounded) state_ = AskPreambleState::failed;
}

} // namespace rtmpt_proxy::protocol
