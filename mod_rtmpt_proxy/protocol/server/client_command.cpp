// SPDX-License-Identifier: Apache-2.0
#include "protocol/server/client_command.hpp"

#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>

#include <array>
#include <utility>

namespace rtmpt_proxy::protocol {

namespace {

using NamedKind = std::pair<std::string_view, ClientCommandKind>;

constexpr std::array kKinds{NamedKind{"connect", ClientCommandKind::connect},
                            NamedKind{"createStream", ClientCommandKind::create_stream},
                            NamedKind{"releaseStream", ClientCommandKind::release_stream},
                            NamedKind{"FCPublish", ClientCommandKind::announce_publish},
                            NamedKind{"FCUnpublish", ClientCommandKind::announce_unpublish},
                            NamedKind{"publish", ClientCommandKind::publish},
                            NamedKind{"play", ClientCommandKind::play},
                            NamedKind{"deleteStream", ClientCommandKind::delete_stream},
                            NamedKind{"closeStream", ClientCommandKind::close_stream}};

constexpr std::size_t kFourCcBytes = 4;

ClientCommandKind kind_of(std::string_view name) {
  for (const auto& [known, kind] : kKinds)
    if (known == name) return kind;
  return ClientCommandKind::other;
}

// The next value at the top level; what is inside values is passed over.
Amf0Token next_value(Amf0Reader& reader) {
  for (;;) {
    const Amf0Token token = reader.next();
    if (token.kind == Amf0Kind::end || (token.depth == 0 && token.kind != Amf0Kind::close)) return token;
  }
}

void read_connect(Amf0Reader& reader, ClientCommand& command) {
  if (next_value(reader).kind != Amf0Kind::object) return;
  bool in_four_ccs = false;
  for (Amf0Token token = reader.next(); token.kind != Amf0Kind::end; token = reader.next()) {
    if (token.kind == Amf0Kind::close && token.depth == 0) return;
    if (token.depth == 1) in_four_ccs = token.kind == Amf0Kind::array && token.name == "fourCcList";
    if (token.depth == 1 && token.kind == Amf0Kind::string && token.name == "app") command.app = token.text;
    if (token.depth == 1 && token.kind == Amf0Kind::number && token.name == "objectEncoding")
      command.object_encoding = token.number;
    const bool is_code = token.kind == Amf0Kind::string && token.text.size() <= kFourCcBytes;
    if (token.depth == 2 && in_four_ccs && is_code && command.four_ccs.size() < ClientCommand::kMostFourCcs)
      command.four_ccs.push_back(token.text);
  }
}

void read_name(Amf0Reader& reader, ClientCommand& command) {
  next_value(reader); // the command object, which is null
  const Amf0Token name = next_value(reader);
  if (name.kind == Amf0Kind::string && !name.is_cut) command.stream_name = name.text;
  command.ends_publishing = name.kind == Amf0Kind::boolean && name.number == 0;
}

} // namespace

ClientCommand read_client_command(std::string_view message) {
  Amf0Reader reader(message);
  ClientCommand command;
  const Amf0Token name = reader.next();
  const Amf0Token transaction = name.kind == Amf0Kind::string ? reader.next() : Amf0Token{};
  if (transaction.kind != Amf0Kind::number) return command;
  command.kind = kind_of(name.text);
  command.transaction_id = transaction.number;
  switch (command.kind) {
  case ClientCommandKind::connect: read_connect(reader, command); break;
  case ClientCommandKind::publish:
  case ClientCommandKind::play: read_name(reader, command); break;
  default: break;
  }
  return command;
}

} // namespace rtmpt_proxy::protocol
