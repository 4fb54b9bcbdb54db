// SPDX-License-Identifier: Apache-2.0
#include "protocol/rtmp/rtmp_command.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::protocol {

namespace {

// The value number `index` at the top level (0: the name, 1: the transaction, 2: the command object, 3: the first
// argument).
Amf0Token value_at(Amf0Reader& reader, std::size_t index) {
  for (;;) {
    const Amf0Token token = reader.next();
    if (token.kind == Amf0Kind::end) return token;
    if (token.depth > 0 || token.kind == Amf0Kind::close) continue;
    if (index-- == 0) return token;
  }
}

// Up to a NUL, whatever its case: as generous as a media server could be. `name` is lower-case.
bool looks_like(std::string_view property, std::string_view name) {
  property = property.substr(0, property.find('\0'));
  return std::equal(property.begin(), property.end(), name.begin(), name.end(), [](char one, char other) {
    return (one >= 'A' && one <= 'Z' ? static_cast<char>(one - 'A' + 'a') : one) == other;
  });
}

// The properties of connect that httpd is asked by.
struct SeenProperties {
  bool app = false;
  bool tc_url = false;
};

void take_property(RtmpCommand& connect, SeenProperties& seen, const Amf0Token& property) {
  const bool is_string = property.kind == Amf0Kind::string;
  const bool is_app = looks_like(property.name, "app");
  const bool is_tc_url = looks_like(property.name, "tcurl");
  if (is_app) connect.is_unclear |= std::exchange(seen.app, true) || property.name != "app";
  if (is_tc_url)
    connect.is_unclear |= std::exchange(seen.tc_url, true) || property.name != "tcUrl" || property.text.empty();
  if (is_app || is_tc_url) connect.is_unclear |= !is_string || property.is_long;
  if (!is_string) return;
  if (property.name == "type") connect.is_publisher = property.text == "nonprivate";
  if (property.name == "flashVer") connect.flash_version = property.text;
  if (property.name == "swfUrl") connect.swf_url = property.text;
  if (property.name == "pageUrl") connect.page_url = property.text;
  if (property.name == "tcUrl") connect.tc_url = property.text;
  if (property.name == "app") connect.app = property.text;
  if (is_app || is_tc_url) connect.is_cut = connect.is_cut || property.is_cut;
}

RtmpCommand read_connect(Amf0Reader& reader) {
  RtmpCommand command;
  command.kind = RtmpCommandKind::connect;
  SeenProperties seen;
  const Amf0Token transaction = value_at(reader, 0);
  if (transaction.kind == Amf0Kind::number) command.transaction_id = transaction.number;
  if (value_at(reader, 0).kind != Amf0Kind::object) {
    command.error = reader.error();
    return command;
  }
  for (;;) {
    const Amf0Token token = reader.next();
    command.has_whole_object = token.kind == Amf0Kind::close && token.depth == 0;
    if (token.kind == Amf0Kind::end || command.has_whole_object) break;
    if (token.kind != Amf0Kind::close && token.depth == 1) take_property(command, seen, token);
  }
  if (!seen.app) command.error = reader.error();
  return command;
}

RtmpCommand read_start(Amf0Reader& reader, RtmpCommandKind kind) {
  const Amf0Token name = value_at(reader, 2);
  RtmpCommand command;
  command.error = reader.error();
  if (name.kind != Amf0Kind::string && command.error == Amf0Error::none) return command;
  command.kind = kind;
  command.stream_name = name.text;
  return command;
}

} // namespace

std::string_view command_text(const RtmpChunkReader& chunks) {
  std::string_view command = chunks.command();
  // The byte before AMF0 is always 0. When it is missing, the command begins with a string's marker, which is not 0.
  if (chunks.is_amf3_command() && command.starts_with('\0')) command.remove_prefix(1);
  return command;
}

RtmpCommand read_rtmp_command(std::string_view message) {
  Amf0Reader reader(message);
  const Amf0Token name = reader.next();
  if (name.kind == Amf0Kind::string) {
    if (name.text == "connect") return read_connect(reader);
    if (name.text == "publish") return read_start(reader, RtmpCommandKind::publish);
    if (name.text == "play") return read_start(reader, RtmpCommandKind::play);
  }
  RtmpCommand command;
  command.error = reader.error();
  return command;
}

} // namespace rtmpt_proxy::protocol
