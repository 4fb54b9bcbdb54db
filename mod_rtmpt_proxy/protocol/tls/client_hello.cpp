// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>
#include <rtmpt_proxy/protocol/tls/client_hello.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kMajorVersion = 3;
constexpr std::uint8_t kClientHelloMessage = 1;
constexpr std::size_t kRecordHeaderBytes = 5;
constexpr std::size_t kMessageHeaderBytes = 4;
constexpr std::size_t kMaxFragmentBytes = 16384;
constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kMaxSessionIdBytes = 32;
constexpr std::uint16_t kServerNameExtension = 0;
constexpr std::uint16_t kProtocolsExtension = 16;
constexpr std::uint16_t kPreSharedKeyExtension = 41;
constexpr std::uint8_t kHostName = 0;
constexpr std::size_t kMaxServerNameBytes = 255;

ClientHelloLook failed(ClientHelloError error) {
  return {error, 0, {}};
}

ClientHelloLook wanting(std::size_t needed_bytes) {
  return {ClientHelloError::need_more, needed_bytes, {}};
}

unsigned byte_at(std::string_view bytes, std::size_t place) {
  return static_cast<unsigned char>(bytes[place]);
}

// Whether the bytes that are there of a record's first two can be those of a handshake.
ClientHelloError judge_record(std::string_view record) {
  if (!record.empty() && byte_at(record, 0) != kHandshakeRecord) return ClientHelloError::no_handshake;
  if (record.size() > 1 && byte_at(record, 1) != kMajorVersion) return ClientHelloError::no_handshake;
  return ClientHelloError::none;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxServerNameBytes &&
         std::all_of(text.begin(), text.end(), [](char character) { return character > ' ' && character < '\x7f'; });
}

// The list has one entry, as TLS libraries want it: RFC 6066 knows no other kind of name.
bool read_server_name(std::string_view extension, std::string& name) {
  ByteReader outer(extension);
  const std::string_view list = outer.text16();
  ByteReader entry(list);
  const std::uint8_t kind = entry.u8();
  const std::string_view text = entry.text16();
  if (!outer.finished() || !entry.finished() || kind != kHostName || !is_name(text)) return false;
  name = text;
  return true;
}

bool read_extensions(std::string_view list, ClientHello& hello) {
  ByteReader extensions(list);
  bool has_name = false;
  while (extensions.ok() && !extensions.finished()) {
    const std::uint16_t type = extensions.u16();
    const std::string_view content = extensions.text16();
    if (!extensions.ok()) return false;
    if (type == kServerNameExtension &&
        (std::exchange(has_name, true) || !read_server_name(content, hello.server_name)))
      return false;
    if (type == kProtocolsExtension && std::exchange(hello.offers_protocols, true)) return false;
    if (type == kPreSharedKeyExtension && std::exchange(hello.resumes, true)) return false;
  }
  return extensions.finished();
}

bool read_message(std::string_view message, ClientHello& hello) {
  ByteReader fields(message);
  const unsigned major = fields.u8();
  fields.u8();
  fields.raw(kRandomBytes);
  const std::string_view session_id = fields.text8();
  const std::string_view ciphers = fields.text16();
  const std::string_view compressions = fields.text8();
  if (!fields.ok() || major != kMajorVersion || session_id.size() > kMaxSessionIdBytes || ciphers.empty() ||
      ciphers.size() % 2 != 0 || compressions.empty())
    return false;
  if (fields.finished()) return true; // clients of TLS 1.2 and before need not have extensions
  const std::string_view extensions = fields.text16();
  return fields.finished() && read_extensions(extensions, hello);
}

// `handshake` is the content of the records so far. Wants more when the message goes on in the next record.
ClientHelloLook look_at_message(std::string_view handshake) {
  if (byte_at(handshake, 0) != kClientHelloMessage) return failed(ClientHelloError::no_client_hello);
  if (handshake.size() < kMessageHeaderBytes) return {};
  const std::size_t size = (byte_at(handshake, 1) << 16) | (byte_at(handshake, 2) << 8) | byte_at(handshake, 3);
  if (kMessageHeaderBytes + size > kMaxClientHelloBytes) return failed(ClientHelloError::too_long);
  if (handshake.size() < kMessageHeaderBytes + size) return {};
  ClientHelloLook look{ClientHelloError::none, 0, {}};
  if (!read_message(handshake.substr(kMessageHeaderBytes, size), look.hello))
    return failed(ClientHelloError::malformed);
  return look;
}

} // namespace

std::string_view to_string(ClientHelloError error) {
  switch (error) {
  case ClientHelloError::none: return "complete";
  case ClientHelloError::need_more: return "incomplete";
  case ClientHelloError::ssl2_hello: return "the form of SSL 2";
  case ClientHelloError::no_handshake: return "no handshake of TLS";
  case ClientHelloError::bad_record: return "a record of a bad length";
  case ClientHelloError::no_client_hello: return "another message of the handshake";
  case ClientHelloError::too_long: return "too long";
  case ClientHelloError::malformed: return "malformed";
  }
  return "unknown";
}

ClientHelloLook look_at_client_hello(std::string_view bytes) {
  if (!bytes.empty() && byte_at(bytes, 0) >= 0x80) return failed(ClientHelloError::ssl2_hello);
  std::string joined; // when there is more than one record
  std::string_view handshake;
  std::size_t end = 0;
  for (std::size_t records = 0; records < kMaxClientHelloRecords; ++records) {
    const std::string_view record = bytes.substr(end);
    if (const ClientHelloError error = judge_record(record); error != ClientHelloError::none) return failed(error);
    if (record.size() < kRecordHeaderBytes) return wanting(end + kRecordHeaderBytes);
    const std::size_t size = (byte_at(record, 3) << 8) | byte_at(record, 4);
    if (size == 0 || size > kMaxFragmentBytes) return failed(ClientHelloError::bad_record);
    if (end + kRecordHeaderBytes + size > kMaxClientFlightBytes) return failed(ClientHelloError::too_long);
    if (record.size() < kRecordHeaderBytes + size) return wanting(end + kRecordHeaderBytes + size);
    const std::string_view fragment = record.substr(kRecordHeaderBytes, size);
    if (records == 0) {
      handshake = fragment;
    } else {
      if (records == 1) joined = handshake;
      handshake = joined += fragment;
    }
    ClientHelloLook look = look_at_message(handshake);
    if (look.error != ClientHelloError::need_more) return look;
    end += kRecordHeaderBytes + size;
  }
  return failed(ClientHelloError::too_long);
}

} // namespace rtmpt_proxy::protocol
