// SPDX-License-Identifier: Apache-2.0
#include "probe/rtmp_answers.hpp"

#include "probe/shown_text.hpp"

#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>

#include <algorithm>

namespace rtmpt_proxy::probe {

namespace {

using protocol::Amf0Kind;
using protocol::Amf0Token;

constexpr std::size_t kVersionAt = 1 + 4; // in S1, behind its time
constexpr std::string_view kNoVersion("\0\0\0\0", 4);

std::string dotted(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes)
    text += (text.empty() ? "" : ".") + std::to_string(static_cast<unsigned char>(byte));
  return text;
}

void take_property(ConnectAnswer& answer, const Amf0Token& token) {
  if (token.depth == 0 || token.kind != Amf0Kind::string) return;
  if (token.name == "code") answer.code = token.text;
  if (token.name == "description") answer.description = token.text;
  if (token.name == "fmsVer") answer.server = token.text;
}

} // namespace

void RtmpAnswers::feed(std::string_view bytes) {
  if (!error_.empty()) return;
  bytes_ += bytes.size();
  const std::size_t missing_bytes = protocol::kHandshakeBytes - hello_.size();
  hello_ += bytes.substr(0, missing_bytes);
  bytes.remove_prefix(std::min(missing_bytes, bytes.size()));
  if (!hello_.empty() && static_cast<std::uint8_t>(hello_.front()) != protocol::kRtmpVersion) {
    error_ = "its first byte is " + dotted(hello_.substr(0, 1)) + ", where RTMP has its version, 3";
    return;
  }
  while (!bytes.empty()) {
    const auto [progress, consumed_bytes] = chunks_.feed(bytes);
    bytes.remove_prefix(consumed_bytes);
    if (progress == protocol::ChunkProgress::failed) {
      error_ = protocol::to_string(chunks_.error());
      return;
    }
    if (progress != protocol::ChunkProgress::message) return;
    std::string_view command = chunks_.command();
    if (chunks_.is_amf3_command() && command.starts_with('\0')) command.remove_prefix(1);
    if (!command.empty() && !answer_) take_command(command);
  }
}

std::string RtmpAnswers::server_of_handshake() const {
  if (!has_handshake()) return {};
  const std::string_view version = std::string_view(hello_).substr(kVersionAt, kNoVersion.size());
  return version == kNoVersion ? std::string() : "version " + dotted(version);
}

std::string_view RtmpAnswers::server_hello() const {
  if (hello_.size() < 1 + protocol::kHandshakePartBytes) return {};
  return std::string_view(hello_).substr(1, protocol::kHandshakePartBytes);
}

void RtmpAnswers::take_command(std::string_view command) {
  protocol::Amf0Reader reader(command);
  const Amf0Token name = reader.next();
  if (name.kind != Amf0Kind::string || (name.text != "_result" && name.text != "_error")) return;
  const Amf0Token transaction = reader.next();
  if (transaction.kind != Amf0Kind::number || transaction.number != kConnectTransaction) return;
  ConnectAnswer answer;
  answer.accepted = name.text == "_result";
  for (Amf0Token token = reader.next(); token.kind != Amf0Kind::end; token = reader.next())
    take_property(answer, token);
  if (reader.error() == protocol::Amf0Error::none)
    answer_ = std::move(answer);
  else
    error_ = protocol::to_string(reader.error());
}

} // namespace rtmpt_proxy::probe
