// SPDX-License-Identifier: Apache-2.0
#include "protocol/client/server_word.hpp"

#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>

#include <array>
#include <utility>

namespace rtmpt_proxy::protocol {

namespace {

using CodeState = std::pair<std::string_view, PlayState>;

constexpr std::array kStates{CodeState{"NetStream.Play.Start", PlayState::begins},
                             CodeState{"NetStream.Play.PublishNotify", PlayState::begins},
                             CodeState{"NetStream.Play.UnpublishNotify", PlayState::ends},
                             CodeState{"NetStream.Play.Stop", PlayState::ends},
                             CodeState{"NetStream.Play.Complete", PlayState::ends},
                             CodeState{"NetStream.Play.StreamNotFound", PlayState::missing},
                             CodeState{"NetStream.Play.FileNotFound", PlayState::missing},
                             CodeState{"NetStream.Play.Failed", PlayState::refused}};

ServerWordKind kind_of(std::string_view name) {
  if (name == "_result") return ServerWordKind::result;
  if (name == "_error") return ServerWordKind::error;
  return name == "onStatus" ? ServerWordKind::status : ServerWordKind::other;
}

} // namespace

ServerWord read_server_word(std::string_view message) {
  Amf0Reader reader(message);
  ServerWord word;
  const Amf0Token name = reader.next();
  const Amf0Token transaction = name.kind == Amf0Kind::string ? reader.next() : Amf0Token{};
  if (transaction.kind != Amf0Kind::number) return word;
  word.kind = kind_of(name.text);
  word.transaction_id = transaction.number;
  if (word.kind == ServerWordKind::other) return word;
  for (Amf0Token token = reader.next(); token.kind != Amf0Kind::end; token = reader.next()) {
    if (token.depth == 0 && token.kind == Amf0Kind::number && !word.number) word.number = token.number;
    if (token.depth != 1 || token.kind != Amf0Kind::string) continue;
    if (token.name == "code") word.code = token.text;
    if (token.name == "level") word.level = token.text;
  }
  return word;
}

PlayState play_state_of(const ServerWord& status) {
  for (const auto& [code, state] : kStates)
    if (code == status.code) return state;
  return status.is_error() ? PlayState::refused : PlayState::other;
}

} // namespace rtmpt_proxy::protocol
