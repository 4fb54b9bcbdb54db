#include "protocol/rtmp/rtmp_command.hpp"

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

RtmpCommand read_connect(Amf0Reader& reader) {
  RtmpCommand command;
  command.kind = RtmpCommandKind::connect;
  bool has_app = false;
  if (value_at(reader, 1).kind != Amf0Kind::object) {
    command.error = reader.error();
    return command;
  }
  while (!has_app || command.flash_version.empty()) {
    const Amf0Token token = reader.next();
    const bool is_over = token.kind == Amf0Kind::close && token.depth == 0;
    if (token.kind == Amf0Kind::end || is_over) break;
    if (token.kind != Amf0Kind::string || token.depth != 1) continue;
    if (token.name == "flashVer") command.flash_version = token.text;
    if (token.name != "app") continue;
    command.app = token.text;
    has_app = true;
  }
  if (!has_app) command.error = reader.error();
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
